package table

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"

	"onthewire/lessons/03-udp-broadcast/multicast"
)

// A Socket says how a receiver is made.
type Socket struct {
	Bind      netip.Addr
	Port      uint16                   // 0: any
	Options   []int                    // of level SOL_SOCKET, set before the bind
	Prepare   func(*net.UDPConn) error // what comes behind the bind; a group is joined, say
	Connected bool                     // to the sender
}

const (
	fenceTime = 500 * time.Millisecond // for the fence, which takes microseconds where it arrives at all
	graceTime = 5 * time.Millisecond   // for whoever was still under way when the fence arrived
)

// open makes a receiver. from is needed where it is to be connected.
func (p Place) open(s Socket, from *net.UDPConn) (conn *net.UDPConn, err error) {
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) (err error) {
		controlling := c.Control(func(fd uintptr) {
			for _, option := range s.Options {
				if err == nil {
					err = os.NewSyscallError("setsockopt", unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, option, 1))
				}
			}
		})
		return errors.Join(controlling, err)
	}}
	err = p.Receiver.Do(func() error {
		pc, err := config.ListenPacket(context.Background(), version(s.Bind), netip.AddrPortFrom(p.zoned(s.Bind), s.Port).String())
		if err != nil {
			return err
		}
		conn = pc.(*net.UDPConn)
		if s.Prepare != nil {
			err = s.Prepare(conn)
		}
		if err == nil && s.Connected {
			err = connect(conn, netip.AddrPortFrom(p.Sender.own(s.Bind), port(from)))
		}
		if err != nil {
			conn.Close()
		}
		return err
	})
	return conn, err
}

// connect lets a bound socket hear one sender only.
func connect(conn *net.UDPConn, to netip.AddrPort) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	controlling := raw.Control(func(fd uintptr) {
		var peer unix.Sockaddr = &unix.SockaddrInet6{Addr: to.Addr().As16(), Port: int(to.Port())}
		if to.Addr().Is4() {
			peer = &unix.SockaddrInet4{Addr: to.Addr().As4(), Port: int(to.Port())}
		}
		err = os.NewSyscallError("connect", unix.Connect(int(fd), peer))
	})
	return errors.Join(controlling, err)
}

func version(a netip.Addr) string {
	if a.Is4() {
		return "udp4"
	}
	return "udp6"
}

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
	for _, conn := range []*net.UDPConn{receivers[0], fence} {
		at := netip.AddrPortFrom(p.zoned(to), port(conn))
		if _, err := from.WriteToUDPAddrPort([]byte("hello, wire\n"), at); err != nil {
			return nil, err
		}
	}
	arrived(fence, fenceTime) // or never will: then nobody hears this address
	for _, r := range receivers {
		heard = append(heard, arrived(r, graceTime))
	}
	return heard, nil
}

// arrived tells whether a datagram has arrived, or does so soon.
func arrived(conn *net.UDPConn, soon time.Duration) bool {
	conn.SetReadDeadline(time.Now().Add(soon))
	_, err := conn.Read(make([]byte, 100))
	return err == nil
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
