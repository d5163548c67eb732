//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package loop

import (
	"net"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Listen binds an address. What it opens, Serve closes.
func Listen(at netip.AddrPort) (*Server, error) {
	family, name := unix.AF_INET6, unix.Sockaddr(&unix.SockaddrInet6{Port: int(at.Port()), Addr: at.Addr().As16()})
	if at.Addr().Is4() {
		family, name = unix.AF_INET, &unix.SockaddrInet4{Port: int(at.Port()), Addr: at.Addr().As4()}
	}
	fd, err := socket(family)
	if err == nil {
		err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	}
	if err == nil {
		err = os.NewSyscallError("bind", unix.Bind(fd, name))
	}
	if err == nil {
		err = os.NewSyscallError("listen", unix.Listen(fd, unix.SOMAXCONN))
	}
	if err != nil {
		unix.Close(fd)
		return nil, &net.OpError{Op: "listen", Net: "tcp", Addr: net.TCPAddrFromAddrPort(at), Err: err}
	}
	return &Server{Drain: 4 * time.Second, listener: fd, wake: [2]int{-1, -1}}, nil
}

// Addr is where it listens, with the real port.
func (s *Server) Addr() net.Addr {
	switch name, _ := unix.Getsockname(s.listener); at := name.(type) {
	case *unix.SockaddrInet4:
		return &net.TCPAddr{IP: at.Addr[:], Port: at.Port}
	case *unix.SockaddrInet6:
		return &net.TCPAddr{IP: at.Addr[:], Port: at.Port}
	}
	return &net.TCPAddr{}
}

func (s *Server) open() (err error) {
	s.conns, s.block, s.now = map[int]*conn{}, make([]byte, 64<<10), time.Now()
	s.date = s.now.UTC().Format(httpDate)
	if s.poller, err = newPoller(); err != nil {
		return err
	}
	if err := unix.Pipe(s.wake[:]); err != nil {
		return os.NewSyscallError("pipe", err)
	}
	for _, fd := range s.wake {
		unix.CloseOnExec(fd)
		if err := unix.SetNonblock(fd, true); err != nil {
			return os.NewSyscallError("fcntl", err)
		}
	}
	if err := s.poller.add(s.wake[0]); err != nil {
		return err
	}
	return s.poller.add(s.listener)
}

func (s *Server) close() {
	for fd := range s.conns {
		unix.Close(fd)
	}
	for _, fd := range [...]int{s.listener, s.wake[0], s.wake[1]} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
	if s.poller != nil {
		s.poller.close()
	}
}
