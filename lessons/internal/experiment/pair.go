package experiment

import (
	"context"
	"errors"
	"net"
	"syscall"
)

// A Pair is the two ends of one TCP connection. Both close when the context ends in which
// they met.
type Pair struct {
	Client, Server *net.TCPConn

	stop func() bool
}

// Loopback connects a pair over 127.0.0.1.
func Loopback(ctx context.Context) (*Pair, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return Meet(ctx, listener, new(net.Dialer).DialContext)
}

// Meet dials a listener, as net.Dialer.DialContext or a lab's host does, accepts, and closes
// the listener.
func Meet(ctx context.Context, listener net.Listener, dial func(ctx context.Context, network, address string) (net.Conn, error)) (*Pair, error) {
	defer listener.Close()
	defer context.AfterFunc(ctx, func() { listener.Close() })()
	client, err := dial(ctx, "tcp", listener.Addr().String())
	if err != nil {
		return nil, err
	}
	server, err := listener.Accept()
	if err != nil {
		return nil, errors.Join(err, client.Close())
	}
	p := &Pair{Client: client.(*net.TCPConn), Server: server.(*net.TCPConn)}
	p.stop = context.AfterFunc(ctx, func() { p.Client.Close(); p.Server.Close() })
	return p, nil
}

// Close resets the connection: what is still under way does not matter any more.
func (p *Pair) Close() {
	p.stop()
	p.Client.SetLinger(0)
	p.Client.Close()
	p.Server.Close()
}

// Control lends f the descriptor of a listener or a connection for as long as it runs.
// Package net keeps it open meanwhile.
func Control(conn syscall.Conn, f func(fd int) error) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	if controlling := raw.Control(func(fd uintptr) { err = f(int(fd)) }); controlling != nil {
		return controlling
	}
	return err
}
