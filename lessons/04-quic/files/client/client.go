// Package client fetches files and sends them, many at once over one connection, which it
// makes again when it breaks.
//
// Read it in this order: client.go (one file, as often as it takes), connection.go (the
// connection, as often as it takes), list.go, get.go, put.go, share.go (how far they have come).
package client

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/files/server"
	"onthewire/lessons/04-quic/files/wire"
)

// A Client is somebody's at a server.
type Client struct {
	// Dial connects. It may return before the handshake is over (quic.Transport.DialEarly).
	Dial func(context.Context) (*quic.Conn, error)

	// Retry is how long we try again without a byte that moves; 0: not at all.
	Retry time.Duration

	// Say hears what a person would want to know: that a file begins again, that the connection
	// is gone. It may be called by several goroutines.
	Say func(format string, args ...any)

	Bytes atomic.Int64 // that have moved so far
	Have  atomic.Int64 // bytes of the files that are where they should be, also those that were there before
	Files atomic.Int64 // that are there whole

	link link
}

// atOnce is how many files are on their way at a time. The server allows a thousand streams,
// and each file needs a descriptor.
const atOnce = 1000

// each does something with every name, many at once, and joins what went wrong.
func (c *Client) each(ctx context.Context, names []string, do func(ctx context.Context, name string) error) error {
	var (
		wait   sync.WaitGroup
		mu     sync.Mutex
		failed []error
		free   = make(chan struct{}, atOnce)
	)
	for _, name := range names {
		select {
		case free <- struct{}{}:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
		wait.Go(func() {
			defer func() { <-free }()
			if err := do(ctx, name); err != nil {
				mu.Lock()
				failed = append(failed, err)
				mu.Unlock()
				return
			}
			c.Files.Add(1)
		})
	}
	wait.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if len(failed) > 1 {
		return fmt.Errorf("%d of %d files failed; the first: %w", len(failed), len(names), failed[0])
	}
	return errors.Join(failed...)
}

// again does something over a stream, and does so again over another one, as long as it can
// help and some bytes move at least.
func (c *Client) again(ctx context.Context, early bool, do func(*quic.Stream) error) error {
	moved := c.Bytes.Load()
	since := time.Now()
	for {
		conn, err := c.connection(ctx, early)
		if err != nil {
			return err
		}
		err = over(ctx, conn, do)
		if err == nil || ctx.Err() != nil || !transient(err) {
			return err
		}
		if now := c.Bytes.Load(); now != moved {
			moved, since = now, time.Now()
		} else if time.Since(since) >= c.Retry {
			return err
		}
		if err := c.recover(ctx, conn, err); err != nil {
			return err
		}
	}
}

// over opens a stream, and lets go of it.
func over(ctx context.Context, conn *quic.Conn, do func(*quic.Stream) error) error {
	stream, err := conn.OpenStreamSync(ctx)
	if err != nil {
		return fmt.Errorf("open a stream: %w", err)
	}
	defer stream.CancelRead(server.CodeGaveUp)
	defer context.AfterFunc(ctx, func() {
		stream.CancelRead(server.CodeGaveUp)
		stream.CancelWrite(server.CodeGaveUp)
	})()
	if err := do(stream); err != nil {
		stream.CancelWrite(server.CodeGaveUp)
		return err
	}
	return nil
}

// transient tells whether it may help to try again.
func transient(err error) bool {
	if reset, ok := errors.AsType[*quic.StreamError](err); ok {
		return reset.Remote // CodeChanged and CodeGaveUp
	}
	if closed, ok := errors.AsType[*quic.ApplicationError](err); ok {
		return closed.Remote
	}
	if broken, ok := errors.AsType[*quic.TransportError](err); ok {
		return !broken.ErrorCode.IsCryptoError() // a certificate gets no better
	}
	if _, ok := errors.AsType[*wire.Refusal](err); ok {
		return false
	}
	return lost(err)
}
