package client

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/files/wire"
)

// A link is the connection that all files share. One of them makes it, and the others wait.
type link struct {
	mu       sync.Mutex
	conn     *quic.Conn    // nil while there is none
	making   chan struct{} // closed when somebody has tried to make it
	rejected *quic.Conn    // its 0-RTT was; the next one is the same without it
	err      error         // what the last attempt said
	gone     bool          // for good

	retry    retry
	progress int64 // the client's, when we last tried
}

// connection is the one that we have, or a new one. Unless early is true its handshake is
// over: what goes before that can be replayed.
func (c *Client) connection(ctx context.Context, early bool) (*quic.Conn, error) {
	conn, err := c.shared(ctx)
	if err != nil || early {
		return conn, err
	}
	select {
	case <-conn.HandshakeComplete():
	case <-conn.Context().Done(): // what is done with it will say why
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return conn, nil
}

func (c *Client) shared(ctx context.Context) (*quic.Conn, error) {
	l := &c.link
	for {
		l.mu.Lock()
		conn, making := l.conn, l.making
		switch {
		case l.gone:
			defer l.mu.Unlock()
			return nil, l.err
		case conn != nil:
			l.mu.Unlock()
			return conn, nil
		case making == nil:
			l.making = make(chan struct{})
			l.mu.Unlock()
			c.connect(ctx)
			continue
		}
		l.mu.Unlock()
		select {
		case <-making:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// connect makes the connection, or gives it up, or leaves it to the next when ctx ends. While
// making is set, nobody else touches the rest of the link.
func (c *Client) connect(ctx context.Context) {
	l := &c.link
	conn, err := c.dial(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.making)
	l.making = nil
	l.conn = conn
	if err != nil && ctx.Err() == nil {
		l.gone, l.err = true, err
	}
}

// dial connects, and tries again for as long as Retry says. It does not matter whether there
// was no connection or one that broke before anything moved.
func (c *Client) dial(ctx context.Context) (*quic.Conn, error) {
	l := &c.link
	if rejected := l.rejected; rejected != nil {
		l.rejected = nil
		if next, err := rejected.NextConnection(ctx); err == nil {
			return next, nil
		}
	}
	for ctx.Err() == nil {
		if now := c.progress.Load(); l.err == nil || c.Retry > 0 && now != l.progress {
			l.progress = now
			l.retry = retry{limit: c.Retry, since: time.Now()}
		} else if !l.retry.wait(ctx) {
			return nil, l.err
		}
		if l.err != nil {
			c.Say("%v; connecting again", l.err)
		}
		conn, err := c.Dial(ctx)
		if err == nil || !transient(err) {
			return conn, err
		}
		l.err = err
	}
	return nil, ctx.Err()
}

// broken tells whether an error was the connection's, of which the first who has met it takes
// leave.
func (c *Client) broken(conn *quic.Conn, err error) bool {
	l := &c.link
	rejected := errors.Is(err, quic.Err0RTTRejected)
	if !rejected && conn.Context().Err() == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != conn {
		return true // somebody has
	}
	l.conn = nil
	if rejected {
		l.rejected = conn
		return true
	}
	cause := context.Cause(conn.Context())
	l.err = fmt.Errorf("the connection is gone: %w", cause)
	l.gone = !transient(cause)
	return true
}

func (c *Client) givenUp() error {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	if c.link.gone {
		return c.link.err
	}
	return nil
}

// Close closes the connection. Whoever receives the last byte does: we have it.
func (c *Client) Close() error {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	if c.link.conn == nil {
		return nil
	}
	return c.link.conn.CloseWithError(wire.ClientIsDone, "")
}
