// Package goroutines is an echo server as one writes it in Go: package net, and a goroutine
// for each connection. The runtime's own event loop waits for all of them. tokio's servers
// look like this too.
//
// Read it in this order: goroutines.go (accepting, and one client), drain.go (the end).
package goroutines

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"onthewire/lessons/01-event-loop/sock"
	"onthewire/lessons/internal/errno"
)

const (
	// One buffer a connection, also while it is silent. Here is most of what an idle client
	// costs. It is as large as the other engines', or they could not be compared; bufio would
	// take 4 KiB, and io.Copy 32, or, to splice on Linux, the two descriptors of a pipe.
	buffer = 16 << 10

	maxPause = time.Second // between two tries to accept, when descriptors have run out
)

// A Server echoes to every client what it sends.
type Server struct {
	// Drain is how long stopping may take. It may be set until Run.
	Drain time.Duration

	listener *net.TCPListener

	cutClients, cutBytes atomic.Int64 // whom stopping has cut off, and what they were owed
}

// Listen opens a server on a HOST:PORT. Since Go 1.24 package net prefers an MPTCP socket on
// Linux. The other engines open plain TCP, so this one does, or they could not be compared.
func Listen(ctx context.Context, address string) (*Server, error) {
	var config net.ListenConfig
	config.SetMultipathTCP(false)
	l, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &Server{Drain: 5 * time.Second, listener: l.(*net.TCPListener)}, nil
}

// Addr is the address that the server listens on, with its real port.
func (s *Server) Addr() netip.AddrPort { return s.listener.Addr().(*net.TCPAddr).AddrPort() }

// Run serves until ctx is done, and then stops. It lets nobody in any more, and answers
// what has arrived and what follows without a pause. Each connection is closed once its
// peer's kernel has acknowledged all of that. A peer that takes nothing for a second is
// given up, and after Drain everybody is. They are reset, and Run returns a *sock.Cut.
//
// When accepting fails for good, Run resets everybody at once and returns why. It must be
// called once, or the listener stays open.
func (s *Server) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	closed := make(chan struct{})
	context.AfterFunc(ctx, func() { s.listener.Close(); close(closed) })
	var conns sync.WaitGroup
	failed := s.accept(ctx, func(conn *net.TCPConn) {
		conns.Go(func() { s.serve(ctx, conn) })
	})
	if failed != nil {
		s.Drain = 0 // nobody is waited for
	}
	cancel()
	conns.Wait()
	<-closed // Accept fails a moment before the descriptor is closed
	if cut := s.cutClients.Load(); failed == nil && cut > 0 {
		return &sock.Cut{Clients: int(cut), Bytes: int(s.cutBytes.Load())}
	}
	return failed
}

// accept lets clients in until ctx is done or the listener is broken.
func (s *Server) accept(ctx context.Context, serve func(*net.TCPConn)) error {
	for pause := time.Duration(0); ; {
		conn, err := s.listener.AcceptTCP()
		switch {
		case err == nil:
			pause = 0
			serve(conn)
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed), errno.Is(err, syscall.EINVAL), errno.Is(err, syscall.EBADF), errno.Is(err, syscall.ENOTSOCK):
			return err
		default:
			// It will pass. No descriptor is free, most likely, and the client stays in the
			// queue. Like net/http we try again later, and later each time.
			pause = min(max(5*time.Millisecond, 2*pause), maxPause)
			select {
			case <-ctx.Done():
			case <-time.After(pause):
			}
		}
	}
}

// serve echoes to one client. A write returns only when the kernel has taken all of it, so
// who does not read is not read from either, and delays nobody but this goroutine. Every
// error, and the end, concerns this connection alone.
func (s *Server) serve(ctx context.Context, conn *net.TCPConn) {
	defer conn.Close()
	forget := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	defer forget()
	buf := make([]byte, buffer)
	for {
		n, err := conn.Read(buf)
		written := 0
		if err == nil {
			written, err = conn.Write(buf[:n])
		}
		if err != nil {
			if ctx.Err() != nil { // and the deadline is over, which interrupts both
				s.drain(conn, buf, buf[written:n])
			}
			return
		}
	}
}
