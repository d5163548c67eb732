package netlink

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// link is the header that every message about a device begins with (struct ifinfomsg).
func link(family uint8, index int, flags, change uint32) []byte {
	b := []byte{family, 0, 0, 0} // family, padding, type
	b = order.AppendUint32(b, uint32(index))
	b = order.AppendUint32(b, flags)
	return order.AppendUint32(b, change)
}

// Index is the number of a device of this namespace.
func Index(name string) (int, error) {
	device, err := net.InterfaceByName(name)
	if err != nil {
		return 0, fmt.Errorf("device %s: %w", name, err)
	}
	return device.Index, nil
}

// Bridge makes a bridge, which is a switch: it passes multicast to all ports, since nobody
// here asks who wants it (IGMP and MLD snooping is off).
func Bridge(name string) error {
	_, err := request("new bridge", unix.RTM_NEWLINK, unix.NLM_F_CREATE|unix.NLM_F_EXCL, join(
		link(unix.AF_UNSPEC, 0, unix.IFF_UP, unix.IFF_UP), text(unix.IFLA_IFNAME, name),
		nest(unix.IFLA_LINKINFO, text(unix.IFLA_INFO_KIND, "bridge"),
			nest(unix.IFLA_INFO_DATA, attr(unix.IFLA_BR_MCAST_SNOOPING, []byte{0}))),
	))
	return err
}

// An End is one end of a cable (veth(4)).
type End struct {
	Name string
	MAC  net.HardwareAddr
	MTU  int
}

func (e End) attributes() []byte {
	return join(text(unix.IFLA_IFNAME, e.Name), attr(unix.IFLA_ADDRESS, e.MAC), word(unix.IFLA_MTU, e.MTU),
		// A frame carries one packet, as on a real wire: TCP and UDP are cut up before it.
		word(unix.IFLA_GSO_MAX_SEGS, 1))
}

const vethInfoPeer = 1 // VETH_INFO_PEER of linux/veth.h

// Cable makes a cable with one end here, a port of the bridge, and the other in the
// namespace there.
func Cable(here End, bridge string, there End, namespace *os.File) error {
	to, err := Index(bridge)
	if err != nil {
		return err
	}
	peer := join(link(unix.AF_UNSPEC, 0, 0, 0), there.attributes(), word(unix.IFLA_NET_NS_FD, int(namespace.Fd())))
	_, err = request("new veth", unix.RTM_NEWLINK, unix.NLM_F_CREATE|unix.NLM_F_EXCL, join(
		link(unix.AF_UNSPEC, 0, unix.IFF_UP, unix.IFF_UP), here.attributes(), word(unix.IFLA_MASTER, to),
		nest(unix.IFLA_LINKINFO, text(unix.IFLA_INFO_KIND, "veth"),
			nest(unix.IFLA_INFO_DATA, attr(vethInfoPeer, peer))),
	))
	return err
}

// Up takes a device up or down.
func Up(name string, up bool) error {
	device, err := Index(name)
	if err != nil {
		return err
	}
	flags := uint32(0)
	if up {
		flags = unix.IFF_UP
	}
	_, err = request("set "+name, unix.RTM_NEWLINK, 0, link(unix.AF_UNSPEC, device, flags, unix.IFF_UP))
	return err
}

// MTU sets the bytes of the largest IP packet that a device carries.
func MTU(name string, bytes int) error { return set(name, word(unix.IFLA_MTU, bytes)) }

// Queue sets how many packets may wait for a device.
func Queue(name string, packets int) error { return set(name, word(unix.IFLA_TXQLEN, packets)) }

func set(name string, attribute []byte) error {
	device, err := Index(name)
	if err != nil {
		return err
	}
	_, err = request("set "+name, unix.RTM_NEWLINK, 0, join(link(unix.AF_UNSPEC, device, 0, 0), attribute))
	return err
}

// Remove takes a device away, and with a cable's end the whole cable.
func Remove(name string) error {
	device, err := Index(name)
	if err != nil {
		return err
	}
	_, err = request("remove "+name, unix.RTM_DELLINK, 0, link(unix.AF_UNSPEC, device, 0, 0))
	return err
}

// Settled waits until the kernel has noticed that a cable has both ends. Before that, what
// is sent disappears. A kernel since 6.8 settles it when asked; an older one needs a moment.
func Settled(name string) error {
	device, err := Index(name)
	if err != nil {
		return err
	}
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		answer, err := request("get "+name, unix.RTM_GETLINK, 0, link(unix.AF_UNSPEC, device, 0, 0))
		if err != nil {
			return err
		}
		if len(answer) >= unix.SizeofIfInfomsg && order.Uint32(answer[8:])&unix.IFF_LOWER_UP != 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("device %s: no carrier after 5 s", name)
		}
	}
}

// Forward lets a port of a bridge pass frames on, or throw them away in both directions.
// Whoever is at the other end of the cable does not notice.
func Forward(port string, on bool) error {
	device, err := Index(port)
	if err != nil {
		return err
	}
	const disabled, forwarding = 0, 3 // BR_STATE_ of linux/if_bridge.h
	state := byte(disabled)
	if on {
		state = forwarding
	}
	_, err = request("set port "+port, unix.RTM_SETLINK, 0, join(
		link(unix.AF_BRIDGE, device, 0, 0),
		nest(unix.IFLA_PROTINFO, attr(unix.IFLA_BRPORT_STATE, []byte{state})),
	))
	return err
}

// Address gives a device an address in the network of its prefix. An IPv6 address is good
// at once, without the second in which the kernel asks whether somebody else has it.
func Address(name string, p netip.Prefix) error {
	device, err := Index(name)
	if err != nil {
		return err
	}
	family, scope := byte(unix.AF_INET), byte(unix.RT_SCOPE_UNIVERSE)
	if p.Addr().Is6() {
		family = unix.AF_INET6
	}
	if p.Addr().IsLinkLocalUnicast() {
		scope = unix.RT_SCOPE_LINK
	}
	b := order.AppendUint32([]byte{family, byte(p.Bits()), unix.IFA_F_NODAD, scope}, uint32(device))
	b = join(b, attr(unix.IFA_LOCAL, p.Addr().AsSlice()), attr(unix.IFA_ADDRESS, p.Addr().AsSlice()))
	if p.Addr().Is4() {
		b = append(b, attr(unix.IFA_BROADCAST, broadcast(p))...)
	}
	_, err = request("new address "+p.String(), unix.RTM_NEWADDR, unix.NLM_F_CREATE|unix.NLM_F_EXCL, b)
	return err
}

// broadcast is the last address of a network.
func broadcast(p netip.Prefix) []byte {
	last := p.Masked().Addr().AsSlice()
	for bit := p.Bits(); bit < 8*len(last); bit++ {
		last[bit/8] |= 0x80 >> (bit % 8)
	}
	return last
}
