package lab

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"

	"onthewire/lessons/internal/lab/netlink"
)

// lanName is a segment's interface on each host.
const lanName = "lan"

// A bridge has a namespace of its own, so that no host sees it.
type bridge struct{ ns *os.File }

// A port is the bridge's end of a host's cable.
type port struct {
	name   string
	bridge *os.File
}

func (b *bridge) open(n int) (hosts []*Host, err error) {
	b.ns, err = newNamespace(func(*os.File) error {
		if err := silence(); err != nil {
			return err
		}
		return netlink.Bridge("bridge")
	})
	if err != nil {
		return nil, noNamespace(err)
	}
	names := make(map[string]*Host)
	for i := range n {
		h, err := b.newHost(i+1, names)
		if err != nil {
			return hosts, err
		}
		hosts = append(hosts, h)
	}
	return hosts, nil
}

func (b *bridge) newHost(n int, names map[string]*Host) (*Host, error) {
	v4, v6, linkLocal := addresses(n)
	return newHost(fmt.Sprintf("host%d", n), v4, v6, names, func(h *Host) error {
		h.port = port{fmt.Sprintf("port%d", n), b.ns}
		if err := b.cable(n, h); err != nil {
			return err
		}
		if err := configure(lanName, []netip.Prefix{netip.PrefixFrom(v4, 24), netip.PrefixFrom(v6, 64), netip.PrefixFrom(linkLocal, 64)}); err != nil {
			return err
		}
		if err := netlink.Settled(lanName); err != nil {
			return err
		}
		if err := netlink.DefaultRoute(lanName, true); err != nil {
			return err
		}
		return inside(b.ns, func() error { return netlink.Settled(h.port.name) })
	})
}

func (b *bridge) cable(n int, h *Host) error {
	return inside(b.ns, func() error {
		here := netlink.End{Name: h.port.name, MTU: mtu, MAC: net.HardwareAddr{2, 0, 0, 0, 1, byte(n)}}
		there := netlink.End{Name: lanName, MTU: mtu, MAC: net.HardwareAddr{2, 0, 0, 0, 0, byte(n)}}
		return netlink.Cable(here, "bridge", there, h.ns)
	})
}

// addresses of the nth host, counted from 1.
func addresses(n int) (v4, v6, linkLocal netip.Addr) {
	hex := strconv.FormatInt(int64(n), 16)
	return netip.AddrFrom4([4]byte{10, 0, 1, byte(n)}), netip.MustParseAddr("fd00:1::" + hex), netip.MustParseAddr("fe80::" + hex)
}

// Unplug cuts a host of a segment off: its frames and those for it end at the bridge. The
// host does not notice, and its interface stays up, as with a switch that has failed or a
// wireless network that isolates its clients.
func (h *Host) Unplug() error { return h.port.forward(false) }

// Plug undoes Unplug.
func (h *Host) Plug() error { return h.port.forward(true) }

// SetCarrier pulls the plug of a host of a segment, or puts it in again, so that the host
// notices: its interface stays up and is not running (IFF_RUNNING in netdevice(7)).
func (h *Host) SetCarrier(on bool) error {
	if h.port.bridge == nil {
		return errNoSegment
	}
	err := inside(h.port.bridge, func() error {
		if err := netlink.Up(h.port.name, on); err != nil || !on {
			return err
		}
		return netlink.Settled(h.port.name)
	})
	if err != nil || !on {
		return err
	}
	return h.Do(func() error { return netlink.Settled(lanName) })
}

var errNoSegment = errors.New("lab: only a host of a segment can be unplugged")

func (p port) forward(on bool) error {
	if p.bridge == nil {
		return errNoSegment
	}
	return inside(p.bridge, func() error { return netlink.Forward(p.name, on) })
}

// close takes away the cables, since a socket that somebody forgot keeps its host alive.
func (b *bridge) close(hosts []*Host) (err error) {
	for _, h := range hosts {
		err = errors.Join(err, inside(b.ns, func() error { return netlink.Remove(h.port.name) }), h.close())
	}
	if b.ns != nil {
		err = errors.Join(err, b.ns.Close())
	}
	return err
}
