//go:build linux

// Package uring is an echo server on Linux's io_uring. A poller tells what would not block
// now, and leaves the reading to us. io_uring is told what we want done, and tells when it
// is: one operation lets in every client, one per client receives whatever arrives.
//
// Read it in this order: server.go (what it offers), loop.go (waiting and accepting),
// conn.go (one client), stop.go (the end), ring.go (the two queues), buffers.go (what bytes
// arrive in), abi.go (the kernel's names).
package uring

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/01-event-loop/sock"
)

// A Server echoes to every client what it sends. Its fields may be set until Run.
type Server struct {
	// MaxPending is the high-water mark: how many bytes are kept for a client that does
	// not read. At the mark the server stops receiving from that client, and begins again
	// when a quarter is left. What the kernel has received by then comes on top. Less than
	// 1 counts as 1.
	MaxPending int

	// Drain is how long stopping may take.
	Drain time.Duration

	addr     netip.AddrPort
	listener int
	waker    int // an eventfd
	ring     *ring
	pool     *pool
	cut      sock.Cut // whom stopping has cut off
}

// Listen opens a server on a HOST:PORT, or says why this system lets nobody use io_uring.
func Listen(ctx context.Context, address string) (_ *Server, err error) {
	s := &Server{MaxPending: 256 << 10, Drain: 5 * time.Second, listener: -1, waker: -1}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if s.ring, err = newRing(); err != nil {
		return nil, fmt.Errorf("listen %s: %w", address, err)
	}
	if s.pool, err = newPool(s.ring); err != nil {
		return nil, fmt.Errorf("listen %s: %w", address, err)
	}
	if s.waker, err = unix.Eventfd(0, unix.EFD_CLOEXEC); err != nil {
		return nil, fmt.Errorf("listen %s: eventfd: %w", address, err)
	}
	fds, addr, err := sock.Listen(ctx, address, 1)
	if err != nil {
		return nil, err
	}
	// An operation waits in the kernel whether or not its descriptor is non-blocking; only a
	// flag of its own, as MSG_DONTWAIT, makes it complete with EAGAIN.
	s.listener, s.addr = fds[0], addr
	return s, nil
}

// Addr is the address that the server listens on, with its real port.
func (s *Server) Addr() netip.AddrPort { return s.addr }

// Run serves until ctx is done, and then stops. It lets nobody in any more, and answers
// what has arrived and what follows without a pause. Each connection is closed once its
// peer's kernel has acknowledged all of that. A peer that takes nothing for a second is
// given up, and after Drain everybody is. They are reset, and Run returns a *sock.Cut.
//
// When the ring or accepting fails, Run resets everybody at once and returns why. In any
// case all descriptors are closed. It must be called once, or the listener stays open.
func (s *Server) Run(ctx context.Context) error {
	s.MaxPending = max(s.MaxPending, 1)
	ended := make(chan error)
	go func() { ended <- run(ctx, s) }()
	if err := <-ended; err != nil || s.cut.Clients == 0 {
		return err
	}
	return &s.cut
}

func (s *Server) close() {
	if s.ring != nil {
		s.ring.close()
	}
	if s.pool != nil {
		s.pool.close()
	}
	for _, fd := range []int{s.waker, s.listener} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}

// refused says what would make io_uring possible.
func refused(errno unix.Errno) error {
	var next string
	switch errno {
	case unix.ENOSYS:
		next = "this kernel has none, or a sandbox hides it"
	case unix.EPERM, unix.EACCES:
		next = "it is switched off, try sysctl kernel.io_uring_disabled=0, and in a container another seccomp profile"
	case unix.EINVAL:
		next = "it needs Linux 6.0"
	case unix.ENOMEM:
		return noMemory{}
	default:
		return os.NewSyscallError("io_uring_setup", errno)
	}
	return fmt.Errorf("io_uring_setup: %w (%w): %s", errno, errors.ErrUnsupported, next)
}

// A noMemory error means that the rings of this user hold all the locked memory that one
// user may have.
type noMemory struct{}

func (noMemory) Error() string { return "io_uring_setup: " + unix.ENOMEM.Error() }
func (noMemory) Unwrap() error { return unix.ENOMEM }

// Advice is what a person would try next.
func (noMemory) Advice() string {
	return "all rings of a user share what ulimit -l allows; end another program that has one, or raise it"
}
