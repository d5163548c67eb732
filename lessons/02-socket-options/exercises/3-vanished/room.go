package vanished

import (
	"bufio"
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"onthewire/lessons/internal/drain"
	"onthewire/lessons/internal/errno"
)

// This file is for reading: the chat of lesson 01, with two goroutines for each guest.

const (
	maxLine    = 64 << 10              // bytes
	maxPending = 1024                  // lines that may wait for one guest
	drainTime  = 5 * time.Second       // how long stopping may take
	lastWords  = 20 * time.Millisecond // a pause after which a guest is heard no more, while stopping
	longest    = time.Second           // and who makes no pause is heard for so long
)

// A room is everybody who is connected. What one guest says in a line, all others hear,
// and also when one of them has left.
type room struct {
	mu     sync.Mutex
	guests map[*guest]bool
	cut    drain.Cut   // whom stopping has cut off
	broken atomic.Bool // the listener: nobody is waited for
}

type guest struct {
	*net.TCPConn
	pending chan string
}

// serve runs the chat until ctx is done or accepting fails for good, and closes the
// listener. In the end everybody gets what is pending for them, within the drain time, as
// drain.Finish says; after a failure nobody is waited for.
func serve(ctx context.Context, listener net.Listener, within time.Duration) error {
	ctx, cancel := context.WithCancel(ctx)
	r := &room{guests: make(map[*guest]bool)}
	closed := make(chan struct{})
	context.AfterFunc(ctx, func() { listener.Close(); close(closed) })
	var readers, writers sync.WaitGroup
	failed := accept(ctx, listener, func(conn *net.TCPConn) {
		g := &guest{conn, make(chan string, maxPending)}
		if err := prepare(g.TCPConn, within); err != nil {
			g.Close() // it costs this guest its connection, and nobody else theirs
			return
		}
		r.enter(g)
		writers.Go(func() { g.write(ctx, r) })
		readers.Go(func() {
			defer context.AfterFunc(ctx, func() { g.SetReadDeadline(time.Now().Add(lastWords)) })()
			g.read(ctx, r)
		})
	})
	r.broken.Store(failed != nil)
	cancel()
	readers.Wait() // what one guest has still said, the others hear
	for g := range r.guests {
		r.leave(g) // and gets what is pending
	}
	writers.Wait()
	<-closed // Accept fails a moment before the descriptor is closed
	if failed == nil && r.cut.Clients > 0 {
		return &r.cut
	}
	return failed
}

func accept(ctx context.Context, listener net.Listener, enter func(*net.TCPConn)) error {
	for pause := time.Duration(0); ; {
		conn, err := listener.Accept()
		switch {
		case err == nil:
			pause = 0
			enter(conn.(*net.TCPConn))
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed), errno.Is(err, syscall.EINVAL), errno.Is(err, syscall.EBADF), errno.Is(err, syscall.ENOTSOCK):
			return err
		default: // no descriptor is free, most likely: the guest waits in the queue
			pause = min(max(5*time.Millisecond, 2*pause), time.Second)
			select {
			case <-ctx.Done():
			case <-time.After(pause):
			}
		}
	}
}

// read passes on what the guest says until its connection ends. Half a line of somebody who
// has gone is not said, and a line without an end ends the guest.
func (g *guest) read(ctx context.Context, r *room) {
	lines := bufio.NewReaderSize(&hearing{g, ctx, time.Time{}}, maxLine)
	for {
		line, err := lines.ReadSlice('\n')
		if err != nil {
			break
		}
		r.tell(g, string(line))
	}
	if ctx.Err() == nil {
		r.leave(g)
		g.Close()
		r.tell(g, g.RemoteAddr().String()+" has left\n")
	}
}

// A hearing reads what a guest says. While stopping, it goes on until a pause.
type hearing struct {
	*guest
	ctx   context.Context
	until time.Time
}

func (h *hearing) Read(p []byte) (int, error) {
	if h.ctx.Err() == nil {
		n, err := h.guest.Read(p)
		if err == nil || h.ctx.Err() == nil {
			return n, err
		} // stopping has interrupted us, and something may have arrived
	}
	if h.until.IsZero() {
		h.until = time.Now().Add(longest)
	}
	if time.Now().After(h.until) {
		return 0, os.ErrDeadlineExceeded
	}
	h.SetReadDeadline(time.Now().Add(lastWords))
	return h.guest.Read(p)
}

// write waits for the guest where nobody else has to.
func (g *guest) write(ctx context.Context, r *room) {
	defer g.Close() // and its reader finds out
	defer context.AfterFunc(ctx, func() { g.SetWriteDeadline(time.Unix(1, 0)) })()
	var rest []byte // what we have not written when the room ends
	for line := range g.pending {
		n := 0
		if ctx.Err() == nil {
			var err error
			if n, err = g.Write([]byte(line)); err != nil && ctx.Err() == nil {
				return
			}
		}
		rest = append(rest, line[n:]...)
	}
	if ctx.Err() == nil {
		return
	}
	within := drainTime
	if r.broken.Load() {
		within = 0
	}
	if missing := drain.Finish(g.TCPConn, within, rest, make([]byte, 4096), false); missing > 0 {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.cut.Clients++
		r.cut.Bytes += missing
	}
}

func (r *room) enter(g *guest) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.guests[g] = true
}

func (r *room) leave(g *guest) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.guests, g)
	close(g.pending)
}

// tell never waits. A guest who lets too many lines pile up has to leave.
func (r *room) tell(from *guest, line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for g := range r.guests {
		if g == from {
			continue
		}
		select {
		case g.pending <- line:
		default:
			g.Close()
		}
	}
}
