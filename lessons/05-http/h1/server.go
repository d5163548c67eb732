package h1

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"syscall"
	"time"

	"onthewire/lessons/internal/drain"
	"onthewire/lessons/internal/errno"
)

// lineSize is the longest line that is read, and the buffer of a connection. Not less than
// 8,000 bytes is what RFC 9112, section 3, recommends.
const lineSize = 8 << 10

// A Server answers requests on the connections that a listener accepts, a goroutine for each.
type Server struct {
	Handler  func(*Response, *Request)
	Limits   Limits
	Timeouts Timeouts
	Report   func(error) // is told why a connection came to a bad end; may be nil

	mu  sync.Mutex
	cut drain.Cut
}

// Serve serves until ctx is done, and then stops: it lets nobody in any more, answers what
// has arrived and what follows without a pause, and closes each connection once its peer's
// kernel has acknowledged all of that. After Timeouts.Drain whoever is left is reset, and
// Serve returns a *drain.Cut.
//
// When accepting fails for good, everybody is reset at once, and Serve returns why. In any
// case the listener is closed. It must be called once.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	s.Limits, s.Timeouts = s.Limits.orDefaults(), s.Timeouts.orDefaults()
	stop, stopNow := context.WithCancel(ctx)
	over, giveUp := context.WithCancel(context.Background())
	defer giveUp()
	closed := make(chan struct{})
	context.AfterFunc(stop, func() { l.Close(); close(closed) })
	var conns sync.WaitGroup
	failed := Accept(stop, l, func(conn net.Conn) {
		conns.Go(func() { s.serve(stop, over, conn) })
	})
	stopNow()
	if failed != nil {
		giveUp()
	}
	defer time.AfterFunc(s.Timeouts.Drain, giveUp).Stop()
	ended := make(chan struct{})
	go func() { conns.Wait(); close(ended) }()
	<-closed // Accept fails a moment before the descriptor is closed
	select {
	case <-ended:
	case <-after(over, grace):
		return errors.Join(failed, errors.New("stopped, but a handler goes on: it does not heed the context of its request"))
	}
	if failed == nil && s.cut.Clients > 0 {
		return &s.cut
	}
	return failed
}

// after is closed some time after ctx is done.
func after(ctx context.Context, d time.Duration) <-chan struct{} {
	passed := make(chan struct{})
	context.AfterFunc(ctx, func() { time.AfterFunc(d, func() { close(passed) }) })
	return passed
}

// Accept lets clients in until ctx is done or the listener is broken.
func Accept(ctx context.Context, l net.Listener, serve func(net.Conn)) error {
	for pause := time.Duration(0); ; {
		conn, err := l.Accept()
		switch {
		case err == nil:
			pause = 0
			serve(conn)
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed), errno.Is(err, syscall.EINVAL), errno.Is(err, syscall.EBADF), errno.Is(err, syscall.ENOTSOCK):
			return fmt.Errorf("accept: %w", err)
		default:
			// It will pass. Out of descriptors, most likely: wait until somebody leaves.
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			select {
			case <-time.After(pause):
			case <-ctx.Done():
			}
		}
	}
}

// serve is a connection's whole life. stop ends when the server is to stop, over when it
// waits for nobody any more.
func (s *Server) serve(stop, over context.Context, peer net.Conn) {
	c := &conn{Conn: peer, server: s, stop: stop}
	c.in = bufio.NewReaderSize(c, lineSize)
	c.response.to, c.response.last = c, c.last
	c.request.ctx = over
	// A deadline that is over interrupts whoever reads; see Read.
	forget := context.AfterFunc(stop, func() { peer.SetReadDeadline(time.Unix(1, 0)) })
	hold := context.AfterFunc(over, func() { s.finish(c, 0) })
	err := c.converse()
	forget()
	if err != nil && s.Report != nil && over.Err() == nil {
		s.Report(fmt.Errorf("client %v: %w", peer.RemoteAddr(), err))
	}
	if !hold() {
		return // it has been cut off
	}
	if _, ok := peer.(*net.TCPConn); ok && stop.Err() != nil {
		s.finish(c, s.Timeouts.Drain)
		return
	}
	c.linger()
}

// finish ends a connection of a server that stops, and counts what its client will lack.
func (s *Server) finish(c *conn, within time.Duration) {
	defer c.Close()
	if _, ok := c.Conn.(*net.TCPConn); !ok {
		return // the kernel does not have its bytes
	}
	if missing := drain.Finish(c.Conn, within, nil, make([]byte, 4<<10), false); missing > 0 {
		s.mu.Lock()
		s.cut.Clients++
		s.cut.Bytes += missing
		s.mu.Unlock()
	}
}
