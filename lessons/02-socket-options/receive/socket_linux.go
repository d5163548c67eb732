// Package receive waits for packets as long as a context lets it, and keeps what the kernel
// says beside them.
package receive

import (
	"context"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A Message is one packet, and what came with it.
type Message struct {
	Bytes   []byte
	Length  int           // what the packet had, also where Bytes had no room for it
	Control []byte        // control messages, as cmsg(3) lays them out
	From    unix.Sockaddr // nil where the caller knows already
}

// A Socket is one of a kind that package net does not make, and yet it waits in Go's poller,
// so that waiting takes no thread.
type Socket struct {
	file *os.File
	raw  syscall.RawConn
}

// New makes a socket (socket(2)).
func New(family, kind, protocol int) (*Socket, error) {
	fd, err := unix.Socket(family, kind|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, protocol)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	file := os.NewFile(uintptr(fd), "socket") // it does not block, so the poller takes it
	raw, err := file.SyscallConn()
	if err != nil {
		file.Close()
		return nil, err
	}
	return &Socket{file, raw}, nil
}

// Control lends out the descriptor for as long as f runs.
func (s *Socket) Control(f func(fd int) error) (err error) {
	if controlling := s.raw.Control(func(fd uintptr) { err = f(int(fd)) }); controlling != nil {
		return controlling
	}
	return err
}

// Receive waits for a packet.
func (s *Socket) Receive(ctx context.Context, packet, control []byte, flags int) (m Message, err error) {
	stop, err := interrupt(ctx, s.file)
	if err != nil {
		return m, err
	}
	defer stop()
	var n, controls int
	waiting := s.raw.Read(func(fd uintptr) bool {
		n, controls, _, m.From, err = unix.Recvmsg(int(fd), packet, control, flags)
		return err != unix.EAGAIN
	})
	switch {
	case ctx.Err() != nil:
		return m, ctx.Err()
	case waiting != nil:
		return m, waiting
	case err != nil:
		return m, os.NewSyscallError("recvmsg", err)
	}
	m.Bytes, m.Length, m.Control = packet[:min(n, len(packet))], n, control[:controls]
	return m, nil
}

// Close gives the descriptor back. Who waits in Receive is woken with an error.
func (s *Socket) Close() error { return s.file.Close() }

// interrupt ends the reads of conn once ctx is done, until stop is called.
func interrupt(ctx context.Context, conn interface{ SetReadDeadline(time.Time) error }) (stop func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := conn.SetReadDeadline(time.Time{}); err != nil {
		return nil, err
	}
	done := make(chan struct{})
	forget := context.AfterFunc(ctx, func() {
		conn.SetReadDeadline(time.Now())
		close(done)
	})
	return func() {
		if !forget() {
			<-done // or it would interrupt the next one
		}
	}, nil
}
