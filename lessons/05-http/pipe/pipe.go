// Package pipe is a listener in memory: its connections are net.Pipe's, which buffer nothing, so
// that a write waits for its reader. It runs in virtual time too (testing/synctest).
package pipe

import (
	"context"
	"net"
	"os"
	"sync"
	"syscall"
)

// A Listener hands out the server's end of each connection that is dialed.
type Listener struct {
	dialed chan net.Conn
	closed chan struct{}
	once   sync.Once
}

// Listen makes a listener. There is nothing that it could lack.
func Listen() *Listener {
	return &Listener{dialed: make(chan net.Conn), closed: make(chan struct{})}
}

// DialContext connects as soon as the listener accepts. It is made for http.Transport, and asks
// nothing of the address.
func (l *Listener) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	refused := &net.OpError{Op: "dial", Net: "pipe", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	select {
	case <-l.closed: // even if somebody is about to accept
		return nil, refused
	default:
	}
	client, server := net.Pipe()
	select {
	case l.dialed <- server:
		return client, nil
	case <-l.closed:
		return nil, refused
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept waits for the next connection.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.dialed:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close refuses whoever dials from now on. Connections stay.
func (l *Listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr is no address, since there is no network.
func (l *Listener) Addr() net.Addr { return address{} }

type address struct{}

func (address) Network() string { return "pipe" }
func (address) String() string  { return "pipe" }
