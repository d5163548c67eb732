package pool

import (
	"maps"
	"slices"
	"time"
)

// settle looks at a connection whose state has changed: a request has ended, or it is broken.
func (p *Pool) settle(to host, c *conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	conns := p.hosts[to]
	if !slices.Contains(conns, c) || c.InFlight() > 0 {
		return
	}
	idle := 0
	for _, other := range conns {
		if other.InFlight() == 0 {
			idle++
		}
	}
	// A connection without a request that takes none either has broken, or the server has said
	// that it will close it (GOAWAY).
	if c.Available() == 0 || idle > p.IdlePerHost {
		p.forget(to, c)
	} else if p.IdleTimeout > 0 && c.idle == nil {
		c.idle = time.AfterFunc(p.IdleTimeout, func() { p.expire(to, c) })
	}
}

func (p *Pool) expire(to host, c *conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c.idle != nil && c.InFlight() == 0 { // otherwise somebody has just taken it
		p.forget(to, c)
	}
}

// forget closes a connection that has no requests. The lock is held, so it can get none. TLS
// says goodbye first, for which nobody else should wait.
func (p *Pool) forget(to host, c *conn) {
	c.stopIdle()
	p.hosts[to] = slices.DeleteFunc(p.hosts[to], func(other *conn) bool { return other == c })
	if len(p.hosts[to]) == 0 {
		delete(p.hosts, to)
	}
	go c.Close()
}

func (c *conn) stopIdle() {
	if c.idle != nil {
		c.idle.Stop()
		c.idle = nil
	}
}

// Close closes all connections, also those with requests, which fail.
func (p *Pool) Close() {
	p.mu.Lock()
	all := slices.Concat(slices.Collect(maps.Values(p.hosts))...)
	p.hosts, p.closed = nil, true
	for _, c := range all {
		c.stopIdle()
	}
	p.mu.Unlock()
	for _, c := range all {
		c.Close()
	}
}
