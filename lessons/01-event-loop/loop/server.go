//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

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
	"runtime"
	"sync/atomic"
	"time"

	"onthewire/lessons/01-event-loop/poller"
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

	// Drain is how long stopping may take.
	Drain time.Duration

	addr      netip.AddrPort
	listeners []int

	failed               atomic.Bool  // one of the loops: the others need not drain
	cutClients, cutBytes atomic.Int64 // whom stopping has cut off, and what they were owed
}

// Listen opens a server with so many loops (more than one: Linux only) on a HOST:PORT.
// From here on clients can connect; Run serves them.
func Listen(ctx context.Context, address string, loops int) (*Server, error) {
	fds, addr, err := sock.Listen(ctx, address, loops)
	if err != nil {
		return nil, err
	}
	return &Server{MaxPending: 256 << 10, Drain: 5 * time.Second, addr: addr, listeners: fds}, nil
}

// Addr is the address that the server listens on, with its real port.
func (s *Server) Addr() netip.AddrPort { return s.addr }

// Run serves until ctx is done, and then stops. It lets nobody in any more, and answers
// what has arrived and what follows without a pause. Each connection is closed once its
// peer's kernel has acknowledged all of that. A peer that takes nothing for a second is
// given up, and after Drain everybody is. They are reset, and Run returns a *sock.Cut.
//
// When a loop fails, Run resets everybody at once and returns why. In any case all
// descriptors are closed. It must be called once, or the listener stays open.
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
			s.failed.Store(true)
			cancel()
		}
	}
	if cut := s.cutClients.Load(); failed == nil && cut > 0 {
		return &sock.Cut{Clients: int(cut), Bytes: int(s.cutBytes.Load())}
	}
	return failed
}

// run serves the clients of one listener, and closes it.
func run(ctx context.Context, s *Server, listener int) error {
	runtime.LockOSThread() // one loop, one thread: what the system says of the thread, it says of the loop
	defer runtime.UnlockOSThread()
	p, err := poller.New()
	if err != nil {
		sock.Close(listener)
		return err
	}
	l := &loop{
		Server: s, poller: p, now: time.Now(), listener: listener,
		conns: make([]*conn, 1024), idleTime: s.Idle, buf: make([]byte, buffer),
	}
	defer l.closeAll()
	if err := p.Add(listener, poller.Readable); err != nil {
		return err
	}

	// Only the waker reaches a loop that sleeps. A wake that is under way must end before
	// its descriptor is closed, because the number may be somebody else's right after.
	woken := make(chan struct{})
	forget := context.AfterFunc(ctx, func() { p.Wake(); close(woken) })
	defer func() {
		if !forget() {
			<-woken
		}
	}()
	return l.serve(ctx)
}
