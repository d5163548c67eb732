package echo

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/devcert"
)

// delay is how long a datagram takes in these tests. Their time is virtual, so what they want
// of it, they want exactly.
const delay = 25 * time.Millisecond

// A bench is a server that serves, and a network on which clients come to it.
type bench struct {
	*network.Network
	t         *testing.T
	authority *devcert.Authority
	transport *quic.Transport
	listener  *quic.Listener
	accepted  chan *quic.Conn // the server's sides
	stop      context.CancelFunc
	ended     chan error
}

// serving starts a server inside a bubble.
func serving(t *testing.T) *bench {
	t.Helper()
	b := &bench{Network: network.Simulate(delay), t: t, accepted: make(chan *quic.Conn, 100), ended: make(chan error, 1)}
	var err error
	b.authority, err = devcert.New()
	must(t, err)
	certificate, err := b.authority.Certificate()
	must(t, err)
	socket, err := b.Server()
	must(t, err)
	b.transport = &quic.Transport{Conn: socket}
	b.listener, err = b.transport.Listen(ServerTLS(certificate), Config())
	must(t, err)
	ctx, stop := context.WithCancel(t.Context())
	b.stop = stop
	go func() { b.ended <- Serve(ctx, watched{b.listener, b.accepted}) }()
	t.Cleanup(func() {
		stop()
		<-b.ended
		b.transport.Close()
		socket.Close()
		b.Close()
	})
	return b
}

// watched passes on what it hands out.
type watched struct {
	Listener
	to chan<- *quic.Conn
}

func (w watched) Accept(ctx context.Context) (*quic.Conn, error) {
	conn, err := w.Listener.Accept(ctx)
	if err == nil {
		w.to <- conn
	}
	return conn, err
}

// dial makes a client with a socket of its own, which vanish takes away without a word.
func (b *bench) dial(config *quic.Config) (conn *quic.Conn, vanish func()) {
	b.t.Helper()
	socket, err := b.Client()
	must(b.t, err)
	transport := &quic.Transport{Conn: socket}
	vanish = func() {
		transport.Close()
		socket.Close()
	}
	b.t.Cleanup(vanish)
	conn, err = transport.Dial(b.t.Context(), b.listener.Addr(), ClientTLS(b.authority.Pool(), "localhost"), config)
	must(b.t, err)
	return conn, vanish
}

// client is one that behaves.
func (b *bench) client() *quic.Conn {
	b.t.Helper()
	conn, _ := b.dial(nil)
	return conn
}

// says fails the test unless the text comes back.
func (b *bench) says(conn *quic.Conn, text string) {
	b.t.Helper()
	answer, err := Say(b.t.Context(), conn, []byte(text))
	if err != nil || string(answer) != text {
		b.t.Errorf("%d bytes came back of %d, and %v", len(answer), len(text), err)
	}
}

// stops stops the server, and wants it to have taken so long.
func (b *bench) stops(took time.Duration) {
	b.t.Helper()
	begun := time.Now()
	b.stop()
	err := <-b.ended
	b.ended <- err // for the cleanup
	if err != nil {
		b.t.Errorf("a server that was stopped ends with %v", err)
	}
	if took := time.Since(begun) - took; took != 0 {
		b.t.Errorf("it took %v more than that to stop", took)
	}
}

// stopped wants a connection to have been ended by a server that stops.
func stopped(t *testing.T, conn *quic.Conn) {
	t.Helper()
	select {
	case <-conn.Context().Done():
	case <-time.After(time.Minute):
		t.Fatal("the connection lives on")
	}
	closed, ok := errors.AsType[*quic.ApplicationError](context.Cause(conn.Context()))
	if !ok || !closed.Remote || closed.ErrorCode != Stopping {
		t.Errorf("the connection ended with %v", context.Cause(conn.Context()))
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
