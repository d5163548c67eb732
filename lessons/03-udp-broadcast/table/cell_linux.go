package table

import (
	"net"
	"net/netip"
	"os"
	"runtime"
	"time"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"

	"onthewire/lessons/03-udp-broadcast/multicast"
	"onthewire/lessons/internal/experiment"
)

const (
	fenceTime = 500 * time.Millisecond // for the fence, which takes microseconds where it arrives at all
	graceTime = 5 * time.Millisecond   // for whoever was still under way when the fence arrived
)

// hear sends one datagram from a socket to an address, and tells which of the receivers, who
// share a port, it has reached.
//
// That somebody hears nothing cannot be waited for. So another datagram goes the same way
// behind it, to a port on which we hear all that can be heard: the fence. When that has
// arrived, the first is where it will ever be.
func (p Place) hear(from *net.UDPConn, to netip.Addr, receivers ...*net.UDPConn) (heard []bool, err error) {
	fence, err := p.open(Socket{Bind: wildcard(to), Prepare: func(conn *net.UDPConn) error { return p.join(conn, to) }}, nil)
	if err != nil {
		return nil, err
	}
	defer fence.Close()
	err = onOneCPU(func() error {
		for _, conn := range []*net.UDPConn{receivers[0], fence} {
			at := netip.AddrPortFrom(p.zoned(to), port(conn))
			if _, err := from.WriteToUDPAddrPort([]byte("hello, wire\n"), at); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	arrived(fence, fenceTime) // or never will: then nobody hears this address
	for _, r := range receivers {
		heard = append(heard, arrived(r, graceTime))
	}
	return heard, nil
}

// onOneCPU keeps in order what f sends. Each CPU has a queue of its own for what it receives
// from itself or over a veth(4), so datagrams of two of them may overtake each other.
func onOneCPU(f func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var allowed, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &allowed); err != nil {
		return os.NewSyscallError("sched_getaffinity", err)
	}
	for cpu := 0; one.Count() == 0; cpu++ {
		if allowed.IsSet(cpu) {
			one.Set(cpu)
		}
	}
	if err := unix.SchedSetaffinity(0, &one); err != nil {
		return os.NewSyscallError("sched_setaffinity", err)
	}
	defer unix.SchedSetaffinity(0, &allowed)
	return f()
}

// arrived tells whether a datagram has arrived, or does so soon.
func arrived(conn *net.UDPConn, soon time.Duration) bool {
	b := make([]byte, 100)
	conn.SetReadDeadline(time.Now().Add(soon))
	if _, err := conn.Read(b); err == nil {
		return true
	}
	// On a busy machine the deadline may pass before Read has looked. So we look.
	return experiment.Control(conn, func(fd int) error {
		_, _, err := unix.Recvfrom(fd, b, unix.MSG_DONTWAIT)
		return err
	}) == nil
}

// join joins a group on the interface of this place, if it is one.
func (p Place) join(conn *net.UDPConn, to netip.Addr) error {
	if !to.IsMulticast() {
		return nil
	}
	ifi, err := net.InterfaceByName(p.Interface)
	if err != nil {
		return err
	}
	return multicast.Join(conn, ifi, to.WithZone(""))
}

// sender makes the socket that sends: on an address of its own, and to groups by the
// interface of this place.
func (p Place) sender(to netip.Addr) (conn *net.UDPConn, err error) {
	err = p.Sender.Do(func() error {
		conn, err = net.ListenUDP(version(to), net.UDPAddrFromAddrPort(netip.AddrPortFrom(p.Sender.own(to), 0)))
		if err != nil || !to.IsMulticast() {
			return err
		}
		return p.sendBy(conn, to)
	})
	return conn, err
}

// sendBy chooses the interface by which a group is sent to (IP_MULTICAST_IF).
func (p Place) sendBy(conn *net.UDPConn, to netip.Addr) error {
	ifi, err := net.InterfaceByName(p.Interface)
	if err != nil {
		return err
	}
	if to.Is4() {
		return ipv4.NewPacketConn(conn).SetMulticastInterface(ifi)
	}
	return ipv6.NewPacketConn(conn).SetMulticastInterface(ifi)
}

// zoned gives a group of IPv6 the interface that it is meant on.
func (p Place) zoned(a netip.Addr) netip.Addr {
	if a.Is6() && a.IsMulticast() {
		return a.WithZone(p.Interface)
	}
	return a
}

// own is the host's address of the same version.
func (h Host) own(like netip.Addr) netip.Addr {
	if like.Is4() {
		return h.Addr
	}
	return h.Addr6
}

func wildcard(like netip.Addr) netip.Addr {
	if like.Is4() {
		return netip.IPv4Unspecified()
	}
	return netip.IPv6Unspecified()
}

func port(conn *net.UDPConn) uint16 { return conn.LocalAddr().(*net.UDPAddr).AddrPort().Port() }
