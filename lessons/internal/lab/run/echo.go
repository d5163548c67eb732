package main

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

// serveEcho sends every client its own bytes until ctx is done, and ends as all servers here
// do: whoever takes what it is owed gets all of it, and the others are reset. A client may
// refuse to read for as long as it likes, which one may want to see on a link. When accepting
// fails for good, nobody is waited for.
func serveEcho(ctx context.Context, listener net.Listener, within time.Duration) error {
	ctx, cancel := context.WithCancel(ctx)
	closed := make(chan struct{})
	context.AfterFunc(ctx, func() { listener.Close(); close(closed) })
	var left atomic.Int64 // of the time that stopping may take
	left.Store(int64(within))
	var clients sync.WaitGroup
	var mu sync.Mutex
	var cut drain.Cut
	failed := accept(ctx, listener, func(conn net.Conn) {
		clients.Go(func() {
			defer conn.Close()
			if missing := talk(ctx, conn, &left); missing > 0 {
				mu.Lock()
				defer mu.Unlock()
				cut.Clients++
				cut.Bytes += missing
			}
		})
	})
	if failed != nil {
		left.Store(0)
	}
	cancel()
	clients.Wait()
	<-closed
	if failed == nil && cut.Clients > 0 {
		return &cut
	}
	return failed
}

// accept lets clients in until ctx is done or the listener is broken. EMFILE and its kin
// pass: the client stays in the queue.
func accept(ctx context.Context, listener net.Listener, serve func(net.Conn)) error {
	for pause := time.Duration(0); ; {
		conn, err := listener.Accept()
		switch {
		case err == nil:
			pause = 0
			serve(conn)
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed), errno.Is(err, syscall.EINVAL), errno.Is(err, syscall.EBADF), errno.Is(err, syscall.ENOTSOCK):
			return err
		default:
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			select {
			case <-time.After(pause):
			case <-ctx.Done():
			}
		}
	}
}

// talk echoes until ctx is done and the time that is left then is over, or the client has
// gone. It returns how many bytes the client has not got.
func talk(ctx context.Context, conn net.Conn, left *atomic.Int64) (missing int) {
	// A deadline that is over interrupts whoever reads or writes.
	defer context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })()
	block := make([]byte, 16<<10)
	for {
		n, err := conn.Read(block)
		written := 0
		if err == nil {
			written, err = conn.Write(block[:n])
		}
		if ctx.Err() != nil {
			return drain.Finish(conn, time.Duration(left.Load()), block[written:n], block, true)
		}
		if err != nil {
			return 0
		}
	}
}
