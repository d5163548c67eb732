package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"github.com/quic-go/quic-go"
)

// A link is the connection that all files share.
type link struct {
	mu     sync.Mutex
	conn   *quic.Conn
	broken int // how often in a row
}

// connection is the one that we have, or a new one. Unless early is true its handshake is
// over: what goes before that can be replayed.
func (c *Client) connection(ctx context.Context, early bool) (*quic.Conn, error) {
	c.link.mu.Lock()
	if c.link.conn == nil {
		conn, err := c.dial(ctx)
		if err != nil {
			c.link.mu.Unlock()
			return nil, err
		}
		c.link.conn = conn
	}
	conn := c.link.conn
	c.link.mu.Unlock()
	if early {
		return conn, nil
	}
	select {
	case <-conn.HandshakeComplete():
	case <-conn.Context().Done():
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return conn, nil
}

// dial connects, and tries again for as long as Retry says.
func (c *Client) dial(ctx context.Context) (*quic.Conn, error) {
	begun := time.Now()
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		conn, err := c.Dial(ctx)
		if err == nil || ctx.Err() != nil || !transient(err) || time.Since(begun) >= c.Retry {
			return conn, err
		}
		c.Say("%v; trying again", err)
		select {
		case <-time.After(pause/2 + rand.N(pause)): // not all clients of a server in the same moment
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// recover sees to it that the next call of connection has a usable one, after an error on
// conn. The first of all streams that fail with it does the work.
func (c *Client) recover(ctx context.Context, conn *quic.Conn, cause error) error {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	if c.link.conn != conn {
		return nil // somebody has
	}
	if errors.Is(cause, quic.Err0RTTRejected) {
		next, err := conn.NextConnection(ctx)
		if err != nil {
			c.link.conn = nil
			return nil
		}
		c.link.conn = next
		return nil
	}
	if conn.Context().Err() == nil {
		return nil // a stream was reset, and the connection is well
	}
	c.Say("the connection is gone (%v); connecting again", context.Cause(conn.Context()))
	c.link.conn = nil
	return nil
}

// Close closes the connection. Whoever receives the last byte does: we have it.
func (c *Client) Close() error {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	if c.link.conn == nil {
		return nil
	}
	return c.link.conn.CloseWithError(0, "")
}

// lost tells whether an error is that nobody answers any more.
func lost(err error) bool {
	var timeout net.Error
	var op *net.OpError
	return errors.As(err, &timeout) && timeout.Timeout() || errors.As(err, &op) ||
		errors.Is(err, quic.Err0RTTRejected) || errors.Is(err, &quic.StatelessResetError{})
}
