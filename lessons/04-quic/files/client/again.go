package client

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"syscall"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/files/store"
	"onthewire/lessons/04-quic/files/wire"
)

// again does something over a stream, and does so over another one where that can help: at
// once when the connection has broken, which sees to its own pauses, else after a pause. A file
// that changes while it is on its way is tried three times.
func (c *Client) again(ctx context.Context, early bool, share *share, do func(*wire.Stream) error) error {
	pauses := retry{limit: c.Retry}
	changed := 0
	for {
		conn, err := c.connection(ctx, early)
		if err != nil {
			return err
		}
		before := share.moved
		err = c.over(ctx, conn, do)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case c.broken(conn, err):
			continue
		case isChanged(err):
			if changed++; changed == 3 {
				return err
			}
			continue
		case !transient(err):
			return err
		}
		if share.moved != before {
			pauses.moved()
		}
		if !pauses.wait(ctx) {
			return err
		}
	}
}

// over opens a stream, and lets go of it. Its FIN says that we have everything.
func (c *Client) over(ctx context.Context, conn *quic.Conn, do func(*wire.Stream) error) error {
	stream, err := c.stream(ctx, conn)
	if err != nil {
		return err
	}
	reset := func(code quic.StreamErrorCode) {
		stream.CancelRead(code)
		stream.CancelWrite(code)
	}
	defer context.AfterFunc(ctx, func() { reset(wire.GaveUp) })()
	err = do(&wire.Stream{Raw: stream, Idle: c.Idle})
	switch {
	case err == nil:
		stream.CancelRead(wire.GaveUp) // in vain after the server's FIN
		stream.Close()
		return nil
	case errors.Is(err, wire.ErrChanged):
		reset(wire.FileChanged)
	default:
		reset(wire.GaveUp)
	}
	if reset, ok := errors.AsType[*quic.StreamError](err); ok && reset.Remote {
		return fmt.Errorf("the server has given it up: %w", err)
	}
	return err
}

// stream waits for a stream as long as files come through the others.
func (c *Client) stream(ctx context.Context, conn *quic.Conn) (*quic.Stream, error) {
	for {
		before := c.progress.Load()
		soon, cancel := context.WithTimeout(ctx, c.Idle)
		stream, err := conn.OpenStreamSync(soon)
		cancel()
		switch {
		case err == nil:
			return stream, nil
		case ctx.Err() != nil || soon.Err() == nil:
			return nil, err
		case c.progress.Load() == before:
			return nil, fmt.Errorf("the server lets us open no stream: %w", err)
		}
	}
}

// isChanged tells whether the file is not the one that we began, or not the one that arrived.
func isChanged(err error) bool {
	refusal, ok := errors.AsType[*wire.Refusal](err)
	return errors.Is(err, wire.ErrChanged) || errors.Is(err, store.ErrDamaged) || ok && refusal.Kind == wire.Damaged
}

// transient tells whether it may help to try again.
func transient(err error) bool {
	if reset, ok := errors.AsType[*quic.StreamError](err); ok {
		return reset.Remote
	}
	if closed, ok := errors.AsType[*quic.ApplicationError](err); ok {
		return closed.Remote
	}
	if broken, ok := errors.AsType[*quic.TransportError](err); ok {
		return !broken.ErrorCode.IsCryptoError() // a certificate gets no better
	}
	if refusal, ok := errors.AsType[*wire.Refusal](err); ok {
		return refusal.Kind == wire.Busy
	}
	if _, ok := errors.AsType[*quic.StatelessResetError](err); ok {
		return true
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return true
	}
	_, ok := errors.AsType[*net.OpError](err)
	return ok || errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, context.DeadlineExceeded)
}

// A retry knows how long nothing has moved, and waits a little longer each time.
type retry struct {
	limit time.Duration
	since time.Time // of the first failure since something has moved
	pause time.Duration
}

const (
	shortest = 50 * time.Millisecond
	longest  = 5 * time.Second
)

// moved says that something has.
func (r *retry) moved() { r.since, r.pause = time.Time{}, 0 }

// wait waits until it is time to try again, and tells whether it makes sense. The last try
// comes when the limit is reached.
func (r *retry) wait(ctx context.Context) bool {
	if r.since.IsZero() {
		r.since = time.Now()
	}
	left := r.limit - time.Since(r.since)
	if left <= 0 {
		return false
	}
	r.pause = min(max(2*r.pause, shortest), longest)
	timer := time.NewTimer(min(left, r.pause/2+rand.N(r.pause))) // not all clients of a server in the same moment
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
