// Package socket is a socket as the system calls have it: blocking, closed on exec, and
// with every option as the kernel left it. It is to package net what the socket2 crate is
// to Rust's std::net. You make a socket, set what must be set before it has an address,
// bind it, and hand it to package net.
//
// Read it in this order: socket.go (a socket's life), options.go and read.go (what can be
// set, and read back), convert.go (into package net and out of it). The files in sys hold
// the calls of each system, by the same names.
package socket

import (
	"fmt"
	"net/netip"
	"os"

	"onthewire/lessons/02-socket-options/socket/sys"
)

// A Socket owns one descriptor. Its calls block the thread that makes them, so Go needs a
// thread for each. They may come from several goroutines, but for Close.
type Socket struct{ fd sys.Handle }

// What a socket is for (socket(2)).
const (
	Stream   = sys.SOCK_STREAM // a connection: TCP
	Datagram = sys.SOCK_DGRAM  // messages: UDP
)

// The families of addresses.
const (
	IPv4 = sys.AF_INET
	IPv6 = sys.AF_INET6
)

// New makes a socket of that family and kind. The protocol is 0 for the usual one, TCP or
// UDP.
func New(family, kind, protocol int) (*Socket, error) {
	fd, err := sys.Socket(family, kind, protocol)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	return &Socket{fd}, nil
}

// Bind gives the socket an address of its own. Port 0 takes a free one. Here and wherever an
// address goes in or comes out, it is of the socket's family: to an IPv6 socket that takes
// IPv4 as well, 127.0.0.1 is ::ffff:127.0.0.1.
func (s *Socket) Bind(addr netip.AddrPort) error {
	return os.NewSyscallError("bind", sys.Bind(s.fd, addr))
}

// Listen makes it a listener. backlog is how many connections may wait for Accept; the
// kernel has a limit of its own (listen(2)).
func (s *Socket) Listen(backlog int) error {
	return os.NewSyscallError("listen", sys.Listen(s.fd, backlog))
}

// Accept waits for a connection. The new socket inherits most options of the listener.
func (s *Socket) Accept() (*Socket, netip.AddrPort, error) {
	fd, peer, err := sys.Accept(s.fd)
	if err != nil {
		return nil, peer, os.NewSyscallError("accept", err)
	}
	return &Socket{fd}, peer, nil
}

// Connect waits until the peer has answered, or the kernel gives up.
func (s *Socket) Connect(addr netip.AddrPort) error {
	return at("connect", addr, sys.Connect(s.fd, addr))
}

// Read receives what is there, and waits for the first byte of it. 0 bytes and no error:
// the peer has finished.
func (s *Socket) Read(p []byte) (int, error) {
	n, err := sys.Receive(s.fd, p)
	return n, os.NewSyscallError("recv", err)
}

// Write hands bytes to the kernel. It may take fewer than it was offered.
func (s *Socket) Write(p []byte) (int, error) {
	n, err := sys.Send(s.fd, p)
	return n, os.NewSyscallError("send", err)
}

// SendTo sends a datagram.
func (s *Socket) SendTo(p []byte, to netip.AddrPort) error {
	return at("sendto", to, sys.SendTo(s.fd, p, to))
}

// ReceiveFrom waits for a datagram. What does not fit into p is lost.
func (s *Socket) ReceiveFrom(p []byte) (n int, from netip.AddrPort, err error) {
	n, from, err = sys.ReceiveFrom(s.fd, p)
	return n, from, os.NewSyscallError("recvfrom", err)
}

// CloseWrite sends FIN: the peer reads the end, and can still send (shutdown(2)).
func (s *Socket) CloseWrite() error {
	return os.NewSyscallError("shutdown", sys.ShutdownWrite(s.fd))
}

// LocalAddr is the address that Bind or the kernel gave the socket.
func (s *Socket) LocalAddr() (netip.AddrPort, error) {
	addr, err := sys.LocalAddr(s.fd)
	return addr, os.NewSyscallError("getsockname", err)
}

// PeerAddr is who is at the other end.
func (s *Socket) PeerAddr() (netip.AddrPort, error) {
	addr, err := sys.PeerAddr(s.fd)
	return addr, os.NewSyscallError("getpeername", err)
}

// SetNonblocking chooses whether calls that would wait return EAGAIN instead.
func (s *Socket) SetNonblocking(on bool) error {
	return os.NewSyscallError("fcntl O_NONBLOCK", sys.SetNonblock(s.fd, on))
}

// Descriptor is the number by which the kernel knows the socket. It stays the socket's.
func (s *Socket) Descriptor() uintptr { return uintptr(s.fd) }

// Close gives the descriptor back. A second Close is an error, and harmless.
func (s *Socket) Close() error {
	if s.fd == sys.NoHandle {
		return os.ErrClosed
	}
	fd := s.fd
	s.fd = sys.NoHandle // the number may be another's from now on
	return os.NewSyscallError("close", sys.CloseHandle(fd))
}

func at(call string, addr netip.AddrPort, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %v: %w", call, addr, err)
}
