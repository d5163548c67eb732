//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

// Package loop is an echo server on an event loop: one goroutine serves every client, and
// no client can hurt another one.
//
// Read it in this order: server.go (what it offers), loop.go (waiting and stopping),
// accept.go (new clients), conn.go (one client: reading, writing, pausing, closing),
// idle.go (who has been silent longest), rw_linux.go (read and write).
package loop

import (
	"context"
	"net/netip"
	"time"

	"onthewire/lessons/01-event-loop/sock"
)

// A Server echoes to every client what it sends. Its fields may be set until Run.
type Server struct {
	// Idle is how long a connection may stay without moving a byte; 0 means for ever.
	Idle time.Duration

	// MaxPending is the high-water mark: how many bytes are kept for a client that does
	// not read. At the mark the server stops reading from that client, and begins again
	// when a quarter is left. Less than 1 counts as 1.
	MaxPending int

	// Trace, if not nil, is told of each system call that has been made for the clients:
	// its name, its descriptor, and what it returned. "wait" returns the number of events,
	// "accept" the new descriptor, "read" and "write" bytes. The poller's "add", "change"
	// and "remove" return nothing. "close" comes when it is decided, with the reason.
	// Each loop calls Trace by itself.
	Trace func(call string, fd, n int, err error)

	addr      netip.AddrPort
	listeners []int
}

// Listen opens a server with so many loops (more than one: Linux only) on a HOST:PORT.
// From here on clients can connect; Run serves them.
func Listen(ctx context.Context, address string, loops int) (*Server, error) {
	fds, addr, err := sock.Listen(ctx, address, loops)
	if err != nil {
		return nil, err
	}
	return &Server{MaxPending: 256 << 10, addr: addr, listeners: fds}, nil
}

// Addr is the address that the server listens on, with its real port.
func (s *Server) Addr() netip.AddrPort { return s.addr }

// Run serves until ctx is done or a loop fails. Then it accepts nobody any more, answers
// in full what has already arrived, closes every descriptor and returns within 5 seconds:
// nil after ctx, else why it failed. It must be called once, or the listener stays open.
func (s *Server) Run(ctx context.Context) error {
	s.MaxPending = max(s.MaxPending, 1)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, len(s.listeners))
	for _, fd := range s.listeners {
		go func() { ended <- run(ctx, s, fd) }()
	}
	var failed error
	for range s.listeners {
		if err := <-ended; err != nil && failed == nil {
			failed = err
			cancel()
		}
	}
	return failed
}
