package nevertwice

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/early"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/04-quic/purse"
	"onthewire/lessons/04-quic/replay"
	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/exercise"
)

const roundTrip = 50 * time.Millisecond

// A service is a board behind servers that share their ticket keys, on a simulated network.
type service struct {
	network *network.Network
	board   board
	server  *tls.Config
	client  *tls.Config
	tickets chan struct{} // one for each that has come
	gone    chan net.Addr // the server of each connection that is over
	flight  replay.Flight // of the client that came last
	addr    net.Addr      // of the first server
	opened  []func()      // to be undone, the last first

	answering sync.WaitGroup
	mu        sync.Mutex
	failed    error // a panic of the reader's code
}

// cache tells when a ticket has come.
type cache struct {
	tls.ClientSessionCache
	came chan<- struct{}
}

func (c cache) Put(name string, session *tls.ClientSessionState) {
	c.ClientSessionCache.Put(name, session)
	c.came <- struct{}{}
}

// with opens a service for the time of a scene.
func with(scene func(*service) error) (err error) {
	s := &service{network: network.Simulate(roundTrip / 2), tickets: make(chan struct{}, 100), gone: make(chan net.Addr, 100)}
	s.opened = append(s.opened, func() { s.network.Close() })
	defer func() {
		for i := len(s.opened) - 1; i >= 0; i-- {
			s.opened[i]()
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.failed != nil {
			err = s.failed
		}
	}()
	authority, err := devcert.New()
	if err != nil {
		return err
	}
	certificate, err := authority.Certificate()
	if err != nil {
		return err
	}
	s.server = purse.ServerTLS(certificate)
	s.client = purse.ClientTLS(authority.Pool(), "localhost", cache{tls.NewLRUClientSessionCache(1), s.tickets})
	s.network.Tap(s.flight.See)
	if s.addr, err = s.serve(purse.Config()); err != nil {
		return err
	}
	return scene(s)
}

func (s *service) serve(config *quic.Config) (net.Addr, error) {
	socket, err := s.network.Server()
	if err != nil {
		return nil, err
	}
	transport := &quic.Transport{Conn: socket}
	s.opened = append(s.opened, func() { transport.Close(); socket.Close() })
	listener, err := transport.ListenEarly(s.server, config)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	s.opened = append(s.opened, stop)
	go func() {
		for {
			conn, err := listener.Accept(ctx)
			if err != nil {
				return
			}
			go s.converse(ctx, conn)
		}
	}()
	return socket.LocalAddr(), nil
}

func (s *service) converse(ctx context.Context, conn *quic.Conn) {
	defer func() {
		conn.CloseWithError(0, "")
		s.gone <- conn.LocalAddr()
	}()
	for {
		stream, err := conn.AcceptStream(ctx)
		if err != nil {
			return
		}
		s.answering.Go(func() { s.respond(conn, stream) })
	}
}

func (s *service) respond(conn *quic.Conn, stream *quic.Stream) {
	request, err := io.ReadAll(io.LimitReader(stream, 100))
	if err != nil {
		return
	}
	var text string
	failed := exercise.Catch(func() error {
		text, err = answer(conn, &s.board, string(request))
		return nil
	})
	switch {
	case failed != nil:
		s.mu.Lock()
		defer s.mu.Unlock()
		s.failed = failed
		stream.CancelWrite(0)
	case errors.Is(err, errTooEarly):
		stream.CancelWrite(early.TooEarly)
	case err != nil:
		stream.CancelWrite(0)
	default:
		io.WriteString(stream, text)
		stream.Close()
	}
}

// visit asks once, and leaves with a ticket for the next visit.
func (s *service) visit(request string) (answer string, took time.Duration, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	socket, err := s.network.Client()
	if err != nil {
		return "", 0, err
	}
	transport := &quic.Transport{Conn: socket}
	defer func() { transport.Close(); socket.Close() }()
	s.flight.Clear()
	begun := time.Now()
	conn, err := transport.DialEarly(ctx, s.addr, s.client, nil)
	if err != nil {
		return "", 0, err
	}
	defer conn.CloseWithError(0, "")
	_, err = early.Ask(ctx, conn, func(conn *quic.Conn) (err error) {
		answer, err = purse.Request(ctx, conn, request)
		took = time.Since(begun)
		return err
	})
	if err != nil {
		return "", took, err
	}
	select {
	case <-s.tickets:
	case <-ctx.Done():
		return "", took, fmt.Errorf("wait for a ticket: %w", ctx.Err())
	}
	return answer, took, nil
}

// copied sends the first flight of the last visit again.
func (s *service) copied(to net.Addr) error {
	stranger, err := s.network.Client()
	if err != nil {
		return err
	}
	defer stranger.Close()
	return s.flight.Send(stranger, to)
}
