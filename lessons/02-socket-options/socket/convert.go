package socket

import (
	"errors"
	"net"
	"os"
	"syscall"

	"onthewire/lessons/02-socket-options/socket/sys"
)

// The three functions Into… hand a socket to package net. Afterwards the Socket is spent:
// its descriptor is closed, and package net owns a duplicate, which does not block. The
// options live in the kernel, on what both descriptors stand for, so they stay as set, but
// for those that package net sets itself (SetKeepAlive, SetNoDelay on what it accepts).

// IntoListener makes a net.Listener of a socket that listens.
func (s *Socket) IntoListener() (listener net.Listener, err error) {
	err = s.into(func(f *os.File) error { listener, err = net.FileListener(f); return err })
	return listener, err
}

// IntoConn makes a net.Conn of a socket that is connected.
func (s *Socket) IntoConn() (conn net.Conn, err error) {
	err = s.into(func(f *os.File) error { conn, err = net.FileConn(f); return err })
	return conn, err
}

// IntoPacketConn makes a net.PacketConn of a datagram socket that is bound.
func (s *Socket) IntoPacketConn() (conn net.PacketConn, err error) {
	err = s.into(func(f *os.File) error { conn, err = net.FilePacketConn(f); return err })
	return conn, err
}

// into spends the socket: whatever comes of it, its own descriptor is closed.
func (s *Socket) into(convert func(*os.File) error) error {
	if s.fd == sys.NoHandle {
		return os.ErrClosed
	}
	if err := s.SetNonblocking(true); err != nil {
		s.Close()
		return err
	}
	fd := s.fd
	s.fd = sys.NoHandle
	file := os.NewFile(uintptr(fd), "socket")
	defer sys.CloseFile(file, fd)
	return convert(file)
}

// A Source is what package net's listeners and connections are, among others.
type Source = syscall.Conn

// From borrows the socket of a net.Listener, net.Conn or net.PacketConn: a duplicate of its
// descriptor, which has to be closed as well. Both stand for one thing in the kernel, so
// an option that is set on either is set on both. So is blocking, and therefore the result
// does not block: calls on it may return EAGAIN. Leave it so, or package net's own calls
// would hold their threads. On Windows, where package net asks for completion, it blocks.
func From(conn Source) (*Socket, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	fd := sys.NoHandle
	var duplicating error
	if err := raw.Control(func(original uintptr) { fd, duplicating = sys.Duplicate(sys.Handle(original)) }); err != nil {
		return nil, err
	}
	if duplicating != nil {
		return nil, os.NewSyscallError("dup", duplicating)
	}
	return &Socket{fd}, nil
}

// With borrows a socket as From does, for as long as f runs.
func With(conn Source, f func(*Socket) error) error {
	s, err := From(conn)
	if err != nil {
		return err
	}
	return errors.Join(f(s), s.Close())
}

// Ref is a Socket around a descriptor that stays somebody else's, such as the one that
// package net shows in a Control function. It is good for as long as that is, and must not
// be closed.
func Ref(fd uintptr) *Socket { return &Socket{sys.Handle(fd)} }
