package ladder

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/echo"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/devcert"
)

// A Visit is a connection to an echo server, of which both ends are recorded.
type Visit struct {
	Text  []byte
	Early bool // say it in 0-RTT, with the ticket of a visit before

	Lose     int  // the nth datagram that brings bytes of the stream, from 1; 0: none
	ToServer bool // on its way there, else on its way to the client
	Any      bool // Lose counts every datagram, those of the handshake too

	KeyLog io.Writer // for Wireshark; may be nil

	// A qlog file of each end, for qvis: JSON text sequences (RFC 7464). They are written by
	// goroutines of their own until Record returns, and may be nil.
	ClientLog, ServerLog io.Writer
}

// A Recording is what both ends have reported.
type Recording struct {
	Client, Server []Event
	Lost           []Loss
	Used0RTT       bool
}

// Rows are the rungs of the recorded connection.
func (r *Recording) Rows() []Row { return Rows(r.Client, r.Server, r.Lost) }

// Record makes a visit over a network.
func Record(ctx context.Context, n *network.Network, v Visit) (_ *Recording, err error) {
	s := &session{visit: v, network: n}
	n.Tap(s.sees)
	authority, err := devcert.New()
	if err != nil {
		return nil, err
	}
	certificate, err := authority.Certificate()
	if err != nil {
		return nil, err
	}
	socket, err := n.Server()
	if err != nil {
		return nil, err
	}
	defer s.wait()
	defer socket.Close()
	server := &quic.Transport{Conn: socket}
	defer server.Close()
	config := echo.Config()
	config.Allow0RTT = true
	config.Tracer = s.trace
	listener, err := server.ListenEarly(echo.ServerTLS(certificate), config)
	if err != nil {
		return nil, err
	}
	from, err := n.Client()
	if err != nil {
		return nil, err
	}
	defer from.Close()
	client := &quic.Transport{Conn: from}
	defer client.Close()

	serving, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- echo.Serve(serving, listener) }()
	defer func() {
		stop()
		err = errors.Join(err, <-served)
	}()

	tickets := newTickets()
	trust := echo.ClientTLS(authority.Pool(), "localhost")
	trust.ClientSessionCache, trust.KeyLogWriter = tickets, v.KeyLog
	dial := func() (*quic.Conn, error) {
		return client.DialEarly(ctx, socket.LocalAddr(), trust, &quic.Config{Tracer: s.trace})
	}
	if v.Early {
		if err := s.first(ctx, dial, tickets); err != nil {
			return nil, fmt.Errorf("first visit: %w", err)
		}
	}
	return s.recorded(ctx, dial)
}

// first visits the server for its ticket.
func (s *session) first(ctx context.Context, dial func() (*quic.Conn, error), tickets *tickets) error {
	conn, err := dial()
	if err != nil {
		return err
	}
	select {
	case <-tickets.put: // it comes after the handshake (RFC 8446, section 4.6.1)
	case <-ctx.Done():
		conn.CloseWithError(0, "")
		return ctx.Err()
	}
	return s.close(ctx, conn)
}

func (s *session) recorded(ctx context.Context, dial func() (*quic.Conn, error)) (*Recording, error) {
	s.mu.Lock()
	s.last, s.client, s.server = true, nil, nil
	s.mu.Unlock()
	if s.visit.Lose > 0 {
		s.network.DropIf(s.visit.ToServer, s.loses)
	}
	conn, err := dial()
	if err != nil {
		return nil, err
	}
	if !s.visit.Early {
		<-conn.HandshakeComplete() // nor does it open a stream earlier
	}
	if _, err := echo.Say(ctx, conn, s.visit.Text); err != nil {
		conn.CloseWithError(0, "")
		return nil, err
	}
	used := conn.ConnectionState().Used0RTT
	if err := s.close(ctx, conn); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return &Recording{Client: s.client.Events(), Server: s.server.Events(), Lost: s.lost, Used0RTT: used}, nil
}

// close ends a connection, and waits until both ends have noticed. The server is not told
// twice, so where that datagram is lost we do not wait for its idle timeout.
func (s *session) close(ctx context.Context, conn *quic.Conn) error {
	conn.CloseWithError(0, "")
	s.mu.Lock()
	client, server := s.client, s.server
	s.mu.Unlock()
	<-client.Ended()
	select {
	case <-server.Ended():
	case <-time.After(time.Second):
	case <-ctx.Done():
	}
	return ctx.Err()
}

// tickets tell when the first has come.
type tickets struct {
	tls.ClientSessionCache
	once sync.Once
	put  chan struct{}
}

func newTickets() *tickets {
	return &tickets{ClientSessionCache: tls.NewLRUClientSessionCache(1), put: make(chan struct{})}
}

func (t *tickets) Put(name string, state *tls.ClientSessionState) {
	t.ClientSessionCache.Put(name, state)
	t.once.Do(func() { close(t.put) })
}
