// Package network is TCP as a program sees it, in memory: connections with a delay, a FIN that
// arrives later than it was sent, an RST for what arrives at a closed end, and a link that can be
// cut. It runs in virtual time (testing/synctest), since it has no sockets of the kernel.
//
// net.Pipe would not do. There a write waits for its reader, and fails at once if the other end
// has closed. With TCP it succeeds, and only what comes back tells.
package network

import (
	"context"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// A Network joins the listeners and the clients of one program.
type Network struct {
	Delay time.Duration // one way

	mu        sync.Mutex
	listeners map[string]*listener
	silent    map[string]bool
	conns     []*conn
}

// New returns a network on which everything needs so long.
func New(oneWay time.Duration) *Network {
	return &Network{Delay: oneWay, listeners: make(map[string]*listener), silent: make(map[string]bool)}
}

// Listen listens on an address HOST:PORT, whatever it is.
func (n *Network) Listen(address string) net.Listener {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := &listener{network: n, address: addr(address), queue: make(chan net.Conn, 1024), closed: make(chan struct{})}
	n.listeners[address] = l
	return l
}

// Silence makes an address one that answers no SYN, as behind a firewall that drops.
func (n *Network) Silence(address string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.silent[address] = true
}

// Cut loses everything from now on, on all connections that there are, and tells nobody.
func (n *Network) Cut() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range n.conns {
		c.in.cut()
		c.peer.in.cut()
	}
}

// Close closes both ends of all connections that there are.
func (n *Network) Close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range n.conns {
		c.Close()
		c.peer.Close()
	}
}

// Dialed tells how many connections have been made so far.
func (n *Network) Dialed() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.conns)
}

// Dialer dials as net.Dialer with a Timeout does.
func (n *Network) Dialer(timeout time.Duration) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		return n.DialContext(ctx, network, address)
	}
}

// DialContext is net.Dialer.DialContext on this network. It takes a round trip.
func (n *Network) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	fail := func(err error) error { return &net.OpError{Op: "dial", Net: network, Addr: addr(address), Err: err} }
	n.mu.Lock()
	silent := n.silent[address]
	n.mu.Unlock()
	answer := make(chan struct{})
	if !silent {
		after(2*n.Delay, func() { close(answer) })
	}
	select {
	case <-answer:
	case <-ctx.Done():
		if ctx.Err() == context.DeadlineExceeded {
			return nil, fail(os.ErrDeadlineExceeded) // "i/o timeout", as package net says
		}
		return nil, fail(ctx.Err())
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.listeners[address]
	if l == nil {
		return nil, fail(syscall.ECONNREFUSED)
	}
	here, there := newPair(n.Delay, addr("client"), addr(address))
	select {
	case l.queue <- there:
		n.conns = append(n.conns, here)
		return here, nil
	default:
		return nil, fail(syscall.ECONNREFUSED)
	}
}

type listener struct {
	network *Network
	address addr
	queue   chan net.Conn
	once    sync.Once
	closed  chan struct{}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.queue:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() {
		close(l.closed)
		l.network.mu.Lock()
		defer l.network.mu.Unlock()
		if l.network.listeners[string(l.address)] == l {
			delete(l.network.listeners, string(l.address))
		}
	})
	return nil
}

func (l *listener) Addr() net.Addr { return l.address }

type addr string

func (addr) Network() string  { return "tcp" }
func (a addr) String() string { return string(a) }
