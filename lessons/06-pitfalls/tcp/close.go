package tcp

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"time"

	"onthewire/lessons/06-pitfalls/pitfall"
	"onthewire/lessons/internal/twelve"
)

// Close closes a connection on which the peer has said more than we have read.
var Close = pitfall.Pitfall{
	Number:   11,
	Name:     "close",
	Subjects: []string{"close(2)", "RST", "RFC 2525, section 2.17"},
	Title:    "Closing with unread data",
	Symptom:  "Short answers arrive. Of a long one the client gets the beginning, and then a reset, although the server has written all of it without an error.",
	Messages: []string{
		"read: connection reset by peer",
		"Connection reset by peer (os error 104)",
		"recv() failed (104: Connection reset by peer)",
		"upstream connect error or disconnect/reset before headers. reset reason: connection termination",
		"curl: (56) Recv failure: Connection reset by peer",
		"write: connection reset by peer",
		"write: broken pipe",
	},
	Diagnose: [][2]string{
		{"strace -f -e trace=network,close", "the server closes, and its last read was none that returned 0"},
		{"tcpdump -i lo 'tcp[tcpflags] & tcp-rst != 0'", "an RST from the server behind its own data, and no FIN"},
		{"nstat -az TcpExtTCPAbortOnClose", "it counts just this: closed with data unread"},
	},
	Laptop: func(ctx context.Context) (pitfall.Outcome, error) { return longAnswer(ctx, 1, closing{}.broken) },
	Broken: func(ctx context.Context) (pitfall.Outcome, error) { return longAnswer(ctx, 25_000, closing{}.broken) },
	Fixed:  func(ctx context.Context) (pitfall.Outcome, error) { return longAnswer(ctx, 25_000, closing{}.fixed) },
}

type closing struct{}

// broken ends a connection on which we have said all.
func (closing) broken(conn halfCloser) error {
	return conn.Close()
}

// fixed ends a connection on which we have said all.
func (closing) fixed(conn halfCloser) error {
	defer conn.Close()
	if err := conn.CloseWrite(); err != nil {
		return err
	}
	conn.SetReadDeadline(time.Now().Add(2 * time.Second)) // for a peer that never closes
	_, err := io.Copy(io.Discard, conn)
	return err
}

// A halfCloser is a *net.TCPConn.
type halfCloser interface {
	net.Conn
	CloseWrite() error
}

// longAnswer is a server that answers a request without reading the rest of it, and a client that
// begins to read when the server is done.
func longAnswer(ctx context.Context, times int, end func(halfCloser) error) (o pitfall.Outcome, err error) {
	answer := strings.Repeat(twelve.Bytes, times)
	err = loopback(ctx, func(client, server net.Conn) error {
		if _, err := io.WriteString(client, twelve.Bytes+"and more, which nobody reads"); err != nil {
			return err
		}
		conn := &closed{halfCloser: server.(*net.TCPConn), has: make(chan struct{})}
		conn.halfCloser.(*net.TCPConn).SetWriteBuffer(len(answer)) // so that it does not wait for the client
		if _, err := io.ReadFull(server, make([]byte, len(twelve.Bytes))); err != nil {
			return err
		}
		if _, err := io.WriteString(server, answer); err != nil {
			return err
		}
		ended := make(chan error, 1)
		go func() { ended <- end(conn) }()
		<-conn.has
		got := make([]byte, len(answer))
		n, err := io.ReadFull(client, got)
		client.Close()
		if ended := <-ended; ended != nil {
			return ended
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		o.Add("bytes that the server has written", len(answer))
		if err != nil {
			o.Add("the client's last read says", err)
		}
		o.Add("bytes that have arrived", n)
		return o.Decide(errors.Is(err, syscall.ECONNRESET) && n < len(answer), err == nil)
	})
	return o, err
}

// closed tells when one direction at least has been closed.
type closed struct {
	halfCloser
	has  chan struct{}
	once sync.Once
}

func (c *closed) Close() error {
	defer c.once.Do(func() { close(c.has) })
	return c.halfCloser.Close()
}

func (c *closed) CloseWrite() error {
	defer c.once.Do(func() { close(c.has) })
	return c.halfCloser.CloseWrite()
}
