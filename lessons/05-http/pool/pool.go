// Package pool keeps connections to HTTP servers, and lends them to requests. It stands on
// http.ClientConn, which is one connection, HTTP/1.1 or HTTP/2, and tells how many more requests
// it may take.
//
// Read it in this order: pool.go (which connection a request gets), idle.go (what becomes of a
// connection afterwards), repeat.go (what may be said again after one has broken).
package pool

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// ErrClosed is what a request gets from a pool that has been closed.
var ErrClosed = errors.New("the pool is closed")

// maxRepeats ends a request that meets one broken connection after the other.
const maxRepeats = 2

// A Pool is an http.RoundTripper. It may be used from several goroutines. Set its fields before.
type Pool struct {
	Transport   *http.Transport // makes the connections; its own pool stays empty
	IdlePerHost int             // how many connections without a request are kept for a host
	IdleTimeout time.Duration   // how long one is kept; 0: until the server closes it

	mu     sync.Mutex
	hosts  map[host][]*conn
	closed bool
}

type host struct{ scheme, address string }

type conn struct {
	*http.ClientConn
	lent atomic.Int32 // to so many requests so far
	idle *time.Timer  // runs while the connection has no request; guarded by Pool.mu
}

// RoundTrip asks on a connection that the pool has, or else on a new one. If a connection that
// others have used breaks under this request, the server may have closed it while our bytes were
// under way. Then it asks again, provided that the request may be repeated, and on a new
// connection, because the others may be as old.
func (p *Pool) RoundTrip(req *http.Request) (*http.Response, error) {
	to := host{req.URL.Scheme, net.JoinHostPort(req.URL.Hostname(), req.URL.Port())}
	for repeats := 0; ; repeats++ {
		c, reused, err := p.get(req.Context(), to, repeats > 0)
		if err != nil {
			if req.Body != nil {
				req.Body.Close()
			}
			return nil, err
		}
		got(req, reused)
		resp, err := c.RoundTrip(req)
		if err == nil {
			return resp, nil
		}
		if c.lent.Load() < 2 || c.Available() > 0 || !repeatable(req, err) || repeats == maxRepeats {
			return nil, err
		}
		if req, err = rewound(req); err != nil {
			return nil, err
		}
	}
}

// get returns a connection with a place reserved on it, and whether somebody has used it before.
func (p *Pool) get(ctx context.Context, to host, fresh bool) (c *conn, reused bool, err error) {
	if !fresh {
		p.mu.Lock()
		c = p.take(to)
		p.mu.Unlock()
		if c != nil {
			return c, true, nil
		}
	}
	return p.open(ctx, to)
}

// take reserves a place on a connection that has one. The last one goes first, so that those
// which are too many have time to end. The lock is held.
func (p *Pool) take(to host) *conn {
	for _, c := range slices.Backward(p.hosts[to]) {
		if c.Reserve() == nil {
			c.lent.Add(1)
			c.stopIdle()
			return c
		}
	}
	return nil
}

// open makes a connection with a place reserved on it. If that is HTTP/2, and another one has
// come to have places meanwhile, one is enough.
func (p *Pool) open(ctx context.Context, to host) (c *conn, reused bool, err error) {
	made, err := p.Transport.NewClientConn(ctx, to.scheme, to.address)
	if err != nil {
		return nil, false, fmt.Errorf("open a connection: %w", err)
	}
	c = &conn{ClientConn: made}
	c.lent.Store(1)
	if err := c.Reserve(); err != nil {
		c.Close()
		return nil, false, fmt.Errorf("use a new connection: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		go c.Close()
		return nil, false, ErrClosed
	}
	if c.Available() > 0 {
		if other := p.take(to); other != nil {
			go c.Close()
			return other, true, nil
		}
	}
	if p.hosts == nil {
		p.hosts = make(map[host][]*conn)
	}
	p.hosts[to] = append(p.hosts[to], c)
	// The hook runs inside Reserve too, which we call while we hold the lock.
	c.SetStateHook(func(*http.ClientConn) { go p.settle(to, c) })
	return c, false, nil
}

// got tells a trace whether the connection has had requests before, as http.Transport does.
func got(req *http.Request, reused bool) {
	if trace := httptrace.ContextClientTrace(req.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{Reused: reused})
	}
}
