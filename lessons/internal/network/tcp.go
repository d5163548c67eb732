package network

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

const (
	segment = 1448         // bytes of data in a packet of 1500, with TCP's timestamps
	initial = 10 * segment // the window at first (RFC 6928)
	room    = 1 << 20      // bytes that may wait for a reader
)

// dial is TCP's handshake: a round trip, and then both sides have a connection.
func (s *simulated) dial(ctx context.Context, address string) (net.Conn, error) {
	to, err := net.ResolveTCPAddr("tcp4", address)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	l, from := s.listeners[to.Port], &net.TCPAddr{IP: net.IPv4(10, 0, 0, 1), Port: s.free()}
	s.mu.Unlock()
	s.network.tell(Packet{Time: time.Now(), ToServer: true})
	select {
	case <-time.After(s.network.OneWay):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	s.network.tell(Packet{Time: time.Now()})
	up, down := newDirection(s.network, true), newDirection(s.network, false)
	refused := l == nil
	if !refused {
		select {
		case l.clients <- &conn{reads: up, writes: down, local: to, remote: from}:
			l.leave()
		case <-l.closed:
			refused = true
		}
	}
	select {
	case <-time.After(s.network.OneWay):
	case <-ctx.Done():
		up.end()
		return nil, ctx.Err()
	}
	if refused {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: to, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	}
	return &conn{reads: down, writes: up, local: from, remote: to}, nil
}

// A listener has those whose handshake is over.
type listener struct {
	net     *simulated
	port    int
	clients chan net.Conn
	once    sync.Once
	closed  chan struct{}
}

func (s *simulated) listen(port int) (net.Listener, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listeners[port] != nil {
		return nil, fmt.Errorf("listen on port %d: %w", port, syscall.EADDRINUSE)
	}
	l := &listener{net: s, port: port, clients: make(chan net.Conn, 128), closed: make(chan struct{})}
	s.listeners[port] = l
	return l, nil
}

func (l *listener) Addr() net.Addr { return &net.TCPAddr{IP: net.ParseIP(Server), Port: l.port} }

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.clients:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() {
		l.net.mu.Lock()
		delete(l.net.listeners, l.port)
		l.net.mu.Unlock()
		close(l.closed)
	})
	l.leave()
	return nil
}

// leave closes those whom nobody will accept any more.
func (l *listener) leave() {
	select {
	case <-l.closed:
	default:
		return
	}
	for {
		select {
		case c := <-l.clients:
			c.Close()
		default:
			return
		}
	}
}

// A conn is one end of a connection.
type conn struct {
	reads, writes *direction
	local, remote net.Addr
}

func (c *conn) Read(b []byte) (int, error)         { return c.reads.read(b) }
func (c *conn) Write(b []byte) (int, error)        { return c.writes.write(b) }
func (c *conn) LocalAddr() net.Addr                { return c.local }
func (c *conn) RemoteAddr() net.Addr               { return c.remote }
func (c *conn) SetReadDeadline(t time.Time) error  { return c.reads.deadline(&c.reads.readBy, t) }
func (c *conn) SetWriteDeadline(t time.Time) error { return c.writes.deadline(&c.writes.writeBy, t) }
func (c *conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

func (c *conn) CloseWrite() error {
	c.writes.end()
	return nil
}

func (c *conn) Close() error {
	c.reads.leave()
	c.writes.end()
	return nil
}
