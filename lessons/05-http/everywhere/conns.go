package everywhere

import (
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"time"
)

// conns are the TCP connections that are open and not hijacked. http.Server knows them too, and
// keeps them to itself.
type conns struct {
	mu    sync.Mutex
	state map[net.Conn]http.ConnState
}

// see is an http.Server's ConnState.
func (c *conns) see(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch state {
	case http.StateHijacked, http.StateClosed:
		delete(c.state, conn)
	default:
		if c.state == nil {
			c.state = make(map[net.Conn]http.ConnState)
		}
		c.state[conn] = state
	}
}

// hurry gives those that have not asked anything yet so much time for it. To Shutdown they are as
// good as busy for five seconds.
func (c *conns) hurry(within time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn, state := range c.state {
		if state == http.StateNew {
			conn.SetReadDeadline(time.Now().Add(within))
		}
	}
}

// cut resets all of them, for after a FIN a client could think that it has everything. Server.Close
// says goodbye in TLS to one after the other, and waits up to five seconds for each that takes
// nothing.
func (c *conns) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn := range c.state {
		if secured, ok := conn.(*tls.Conn); ok {
			conn = secured.NetConn()
		}
		if tcp, ok := conn.(*net.TCPConn); ok {
			tcp.SetLinger(0)
		}
		conn.Close()
	}
}
