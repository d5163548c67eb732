// Package goroutines is an echo server as one writes it in Go: package net, and a goroutine
// for each connection. The runtime's own event loop waits for all of them. tokio's servers
// look like this too.
package goroutines

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"
)

const (
	// One buffer a connection, also while it is silent. Here is most of what an idle client
	// costs, and a short message needs no more. io.Copy would take 32 KiB, or, to splice on
	// Linux, the two descriptors of a pipe.
	buffer = 4 << 10

	drainTime  = 2 * time.Second        // how long stopping may take
	drainIdle  = time.Second            // how long, while stopping, one client may keep us waiting
	drainQuiet = 200 * time.Millisecond // how long it may when it has said nothing since
)

// A Server echoes to every client what it sends.
type Server struct {
	listener *net.TCPListener
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
	return &Server{l.(*net.TCPListener)}, nil
}

// Addr is the address that the server listens on, with its real port.
func (s *Server) Addr() netip.AddrPort { return s.listener.Addr().(*net.TCPAddr).AddrPort() }

// Run serves until ctx is done. Then it accepts nobody any more, answers in full what has
// already arrived, closes every connection and returns nil within 5 seconds. It must be
// called once, or the listener stays open.
func (s *Server) Run(ctx context.Context) error {
	closed := make(chan struct{})
	forget := context.AfterFunc(ctx, func() { s.listener.Close(); close(closed) })
	defer func() {
		if !forget() {
			<-closed // Accept fails a moment before the descriptor is closed
		}
	}()
	var conns sync.WaitGroup
	defer conns.Wait()
	for pause := time.Duration(0); ; {
		conn, err := s.listener.AcceptTCP()
		switch {
		case err == nil:
			pause = 0
			conns.Go(func() { serve(ctx, conn) })
		case errors.Is(err, net.ErrClosed):
			return nil
		default:
			// It will pass. No descriptor is free, most likely, and the client stays in the
			// queue. Like net/http we try again later, and later each time.
			pause = min(max(5*time.Millisecond, 2*pause), time.Second)
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
func serve(ctx context.Context, conn *net.TCPConn) {
	defer conn.Close()
	forget := context.AfterFunc(ctx, func() {
		conn.SetReadDeadline(time.Now().Add(drainQuiet))
		conn.SetWriteDeadline(time.Now().Add(drainTime))
	})
	defer forget()
	buf := make([]byte, buffer)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return
		}
		if _, err := conn.Write(buf[:n]); err != nil {
			return
		}
		if ctx.Err() != nil {
			conn.SetReadDeadline(time.Now().Add(drainIdle))
		}
	}
}
