package table

import (
	"errors"
	"net"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// A Socket says how a receiver is made.
type Socket struct {
	Bind      netip.Addr
	Port      uint16                   // 0: any
	Options   []int                    // of level SOL_SOCKET, set before the bind
	Prepare   func(*net.UDPConn) error // what comes behind the bind; a group is joined, say
	Connected bool                     // to the sender
}

// open makes a receiver by hand, since package net would bind the wildcard address in place
// of a group's. from is needed where it is to be connected.
func (p Place) open(s Socket, from *net.UDPConn) (conn *net.UDPConn, err error) {
	err = p.Receiver.Do(func() error {
		if conn, err = p.bind(s); err != nil {
			return err
		}
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

func (p Place) bind(s Socket) (*net.UDPConn, error) {
	ifi, err := net.InterfaceByName(p.Interface)
	if err != nil {
		return nil, err
	}
	family, at := unix.AF_INET, unix.Sockaddr(&unix.SockaddrInet6{Addr: s.Bind.As16(), Port: int(s.Port)})
	switch {
	case s.Bind.Is4():
		at = &unix.SockaddrInet4{Addr: s.Bind.As4(), Port: int(s.Port)}
	case s.Bind.IsMulticast():
		at.(*unix.SockaddrInet6).ZoneId = uint32(ifi.Index)
		fallthrough
	default:
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	file := os.NewFile(uintptr(fd), "receiver")
	defer file.Close() // FilePacketConn makes a descriptor of its own
	for _, option := range s.Options {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, option, 1); err != nil {
			return nil, os.NewSyscallError("setsockopt", err)
		}
	}
	if err := unix.Bind(fd, at); err != nil {
		return nil, os.NewSyscallError("bind", err)
	}
	conn, err := net.FilePacketConn(file)
	if err != nil {
		return nil, err
	}
	return conn.(*net.UDPConn), nil
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
