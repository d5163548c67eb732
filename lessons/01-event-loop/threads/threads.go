//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

// Package threads is an echo server with a thread of the system for each connection, and
// system calls that sleep until they are done. Servers on Rust's std::net look like this.
// In Go one has to ask for it: the sockets block, and each goroutine has locked its thread.
//
// Read it in this order: threads.go (accepting and stopping), conn.go (one client).
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

const (
	drainTime = 2 * time.Second // how long stopping may take
	drainIdle = time.Second     // how long, while stopping, one client may keep us waiting
)

// A Server echoes to every client what it sends.
type Server struct {
	addr     netip.AddrPort
	listener int
	bell     *os.File // the reading end of a pipe, which becomes ready when
	rope     *os.File // the other one is closed

	threads sync.WaitGroup
	mu      sync.Mutex
	conns   map[int]bool // the descriptors that are open; nobody closes one while it is in here
}

// Listen opens a server on a HOST:PORT.
func Listen(ctx context.Context, address string) (*Server, error) {
	bell, rope, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	fds, addr, err := sock.Listen(ctx, address, 1)
	if err != nil {
		bell.Close()
		rope.Close()
		return nil, err
	}
	return &Server{addr: addr, listener: fds[0], bell: bell, rope: rope, conns: make(map[int]bool)}, nil
}

// Addr is the address that the server listens on, with its real port.
func (s *Server) Addr() netip.AddrPort { return s.addr }

// Run serves until ctx is done or accepting fails. Then it accepts nobody any more, answers
// in full what has already arrived, closes every descriptor and returns within 5 seconds:
// nil after ctx, else why it failed. It must be called once, or the listener stays open.
func (s *Server) Run(ctx context.Context) error {
	forget := context.AfterFunc(ctx, func() { s.rope.Close() })
	err := s.accept()
	unix.Close(s.listener)
	s.finish()
	enough := time.AfterFunc(drainTime, s.cut)
	s.threads.Wait()
	enough.Stop()
	if forget() {
		s.rope.Close()
	}
	s.bell.Close()
	return err
}

// accept lets clients in until the bell rings, and then those who have connected before. A
// thread that slept in accept(2) could not hear the bell: shutdown(2) wakes it on Linux, and
// on macOS nothing does. So the listener alone does not block, and poll(2) waits for both.
func (s *Server) accept() error {
	both := []unix.PollFd{{Fd: int32(s.bell.Fd()), Events: unix.POLLIN}, {Fd: int32(s.listener), Events: unix.POLLIN}}
	ready, timeout := both, -1 // -1: for ever
	for pause := 0; ; {
		if _, err := unix.Poll(ready, timeout); err != nil && err != unix.EINTR {
			return os.NewSyscallError("poll", err)
		}
		rung := both[0].Revents != 0
		ready, timeout = both, -1
		fd, err := sock.Accept(s.listener)
		switch err {
		case nil:
			pause = 0
			s.open(fd)
		case unix.EAGAIN:
			if rung {
				return nil
			}
		case unix.EINTR, unix.ECONNABORTED:
			// That client has gone while it waited. The next one is fine.
		case unix.EBADF, unix.EINVAL, unix.ENOTSOCK:
			return os.NewSyscallError("accept", err)
		default:
			if rung {
				return nil
			}
			// No descriptor is free, most likely. The client stays in the queue and the
			// listener ready, so listen to the bell only, for longer each time.
			pause = min(max(5, 2*pause), 1000)
			ready, timeout = both[:1], pause
		}
	}
}

// finish ends the connections of all who have nothing under way. A thread that sleeps in
// read(2) can be woken by nobody but the connection. After shutdown(2) read returns what
// has arrived meanwhile and then 0, as if the client had finished. Who is being answered
// may go on, but not fall silent.
func (s *Server) finish() {
	s.mu.Lock()
	defer s.mu.Unlock()
	idle := unix.NsecToTimeval(int64(drainIdle))
	for fd := range s.conns {
		unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &idle) // for the reads to come
		_, _, err := unix.Recvfrom(fd, make([]byte, 1), unix.MSG_PEEK|unix.MSG_DONTWAIT)
		if err == unix.EAGAIN {
			unix.Shutdown(fd, unix.SHUT_RD)
		}
	}
}

// cut ends what is left. It also wakes a thread that sleeps in write(2).
func (s *Server) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for fd := range s.conns {
		unix.Shutdown(fd, unix.SHUT_RDWR)
	}
}
