//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

// Package threads is an echo server with a thread of the system for each connection, and
// system calls that sleep until they are done. Servers on Rust's std::net look like this.
// In Go one has to ask for it: the sockets block, and each goroutine has locked its thread.
//
// Read it in this order: threads.go (accepting), conn.go (one client), drain.go (the
// end).
package threads

import (
	"context"
	"net/netip"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/01-event-loop/sock"
)

// A Server echoes to every client what it sends.
type Server struct {
	// Drain is how long stopping may take. It may be set until Run.
	Drain time.Duration

	addr     netip.AddrPort
	listener int
	stopped  *os.File // the reading end of a pipe, which becomes ready when
	stop     *os.File // the other one is closed

	threads sync.WaitGroup
	mu      sync.Mutex
	conns   map[int]*conn // by descriptor; nobody closes one while it is in here
	cut     sock.Cut      // whom stopping has cut off
}

// Listen opens a server on a HOST:PORT.
func Listen(ctx context.Context, address string) (*Server, error) {
	stopped, stop, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	fds, addr, err := sock.Listen(ctx, address, 1)
	if err != nil {
		stopped.Close()
		stop.Close()
		return nil, err
	}
	return &Server{
		Drain: 5 * time.Second, addr: addr, listener: fds[0], stopped: stopped, stop: stop, conns: make(map[int]*conn),
	}, nil
}

// Addr is the address that the server listens on, with its real port.
func (s *Server) Addr() netip.AddrPort { return s.addr }

// Run serves until ctx is done, and then stops. It lets nobody in any more, and answers
// what has arrived and what follows without a pause. Each connection is closed once its
// peer's kernel has acknowledged all of that. A peer that takes nothing for a second is
// given up, and after Drain everybody is. They are reset, and Run returns a *sock.Cut.
//
// When accepting fails for good, Run resets everybody at once and returns why. In any case
// all descriptors are closed. It must be called once, or the listener stays open.
func (s *Server) Run(ctx context.Context) error {
	forget := context.AfterFunc(ctx, func() { s.stop.Close() })
	failed := s.accept()
	unix.Close(s.listener)
	if failed == nil {
		s.drain()
	}
	s.cutOff()
	s.threads.Wait()
	if forget() {
		s.stop.Close()
	}
	s.stopped.Close()
	if failed == nil && s.cut.Clients > 0 {
		return &s.cut
	}
	return failed
}

// accept lets clients in until the stopped pipe is ready, and then those who have connected before. A
// thread that slept in accept(2) could not hear of that: shutdown(2) wakes it on Linux, and
// on macOS nothing does. So the listener alone does not block, and poll(2) waits for both.
func (s *Server) accept() error {
	both := []unix.PollFd{{Fd: int32(s.stopped.Fd()), Events: unix.POLLIN}, {Fd: int32(s.listener), Events: unix.POLLIN}}
	ready, timeout := both, -1 // -1: for ever
	for pause := 0; ; {
		if _, err := unix.Poll(ready, timeout); err != nil && err != unix.EINTR {
			return os.NewSyscallError("poll", err)
		}
		stopping := both[0].Revents != 0
		ready, timeout = both, -1
		fd, err := sock.Accept(s.listener)
		switch err {
		case nil:
			pause = 0
			s.open(fd)
		case unix.EAGAIN:
			if stopping {
				return nil
			}
		case unix.EINTR, unix.ECONNABORTED:
			// That client has gone while it waited. The next one is fine.
		case unix.EBADF, unix.EINVAL, unix.ENOTSOCK:
			return os.NewSyscallError("accept", err)
		default:
			if stopping {
				return nil
			}
			// No descriptor is free, most likely. The client stays in the queue and the
			// listener ready, so wait for the pipe only, for longer each time.
			pause = min(max(5, 2*pause), 1000)
			ready, timeout = both[:1], pause
		}
	}
}
