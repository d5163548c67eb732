package echo

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"onthewire/lessons/internal/drain"
	"onthewire/lessons/internal/errno"
)

// A Server echoes to every client what it sends.
type Server struct {
	Listener net.Listener
	Accepted func(peer net.Addr) // is told of each client; may be nil
	Drain    time.Duration       // how long stopping may take

	broken atomic.Bool // the listener: nobody is waited for
	mu     sync.Mutex
	cut    drain.Cut
}

// Serve serves until ctx is done, and then stops. It lets nobody in any more, and answers
// what has arrived and what follows without a pause. Each connection is closed once its
// peer's kernel has acknowledged all of that. A peer that takes nothing for a second is
// given up, and after Drain everybody is. They are reset, and Serve returns a
// *drain.Cut.
//
// When accepting fails for good, Serve resets everybody at once and returns why. A client's
// error costs that client its connection. In any case the listener is closed.
func (s *Server) Serve(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	closed := make(chan struct{})
	context.AfterFunc(ctx, func() { s.Listener.Close(); close(closed) })
	var handlers sync.WaitGroup
	failed := s.accept(ctx, func(conn net.Conn) {
		handlers.Go(func() { s.echo(ctx, conn) })
	})
	s.broken.Store(failed != nil)
	cancel()
	handlers.Wait()
	<-closed // Accept fails a moment before the descriptor is closed
	if failed == nil && s.cut.Clients > 0 {
		return &s.cut
	}
	return failed
}

// accept lets clients in until ctx is done or the listener is broken.
func (s *Server) accept(ctx context.Context, serve func(net.Conn)) error {
	for pause := time.Duration(0); ; {
		conn, err := s.Listener.Accept()
		switch {
		case err == nil:
			pause = 0
			if s.Accepted != nil {
				s.Accepted(conn.RemoteAddr())
			}
			serve(conn)
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed), errno.Is(err, syscall.EINVAL), errno.Is(err, syscall.EBADF), errno.Is(err, syscall.ENOTSOCK):
			return err
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

func (s *Server) echo(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	// A deadline that is over interrupts whoever reads or writes.
	defer context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })()
	block := make([]byte, 4096)
	for {
		n, err := conn.Read(block)
		written := 0
		if err == nil {
			// SO_SNDTIMEO means nothing here. A deadline does, and it is a point in time.
			conn.SetWriteDeadline(time.Now().Add(writeTimeout))
			if ctx.Err() == nil { // or that deadline has undone the one that interrupts
				written, err = conn.Write(block[:n])
			}
		}
		if ctx.Err() != nil {
			s.drain(conn, block, block[written:n])
			return
		}
		if err != nil {
			return
		}
	}
}

// drain ends a connection while the server stops.
func (s *Server) drain(conn net.Conn, block, rest []byte) {
	within := s.Drain
	if s.broken.Load() {
		within = 0
	}
	if missing := drain.Finish(conn, within, rest, block, true); missing > 0 {
		s.mu.Lock()
		s.cut.Clients++
		s.cut.Bytes += missing
		s.mu.Unlock()
	}
}
