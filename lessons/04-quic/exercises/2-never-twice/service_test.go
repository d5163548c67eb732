package nevertwice

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
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
	client  purse.Client
	gone    chan net.Addr // the server of each connection that is over
	flight  replay.Flight // of the client that came last
	addr    net.Addr      // of the first server
	opened  []func()      // to be undone, the last first

	answering sync.WaitGroup
	mu        sync.Mutex
	failed    error // a panic of the reader's code
}

// with opens a service for the time of a scene.
func with(scene func(*service) error) (err error) {
	s := &service{network: network.Simulate(roundTrip / 2), gone: make(chan net.Addr, 100)}
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
	s.network.Tap(s.flight.See)
	if s.addr, err = s.serve(time.Minute); err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "tickets")
	if err != nil {
		return err
	}
	s.opened = append(s.opened, func() { os.RemoveAll(folder) })
	tickets, err := early.OpenTickets(folder, s.addr.String())
	if err != nil {
		return err
	}
	s.client = purse.Client{Roots: authority.Pool(), Name: "localhost", Tickets: tickets}
	return scene(s)
}

// serve opens a server, which gives up clients that do not finish their handshake for so long.
func (s *service) serve(idle time.Duration) (net.Addr, error) {
	socket, err := s.network.Server()
	if err != nil {
		return nil, err
	}
	transport := &quic.Transport{Conn: socket}
	s.opened = append(s.opened, func() { transport.Close(); socket.Close() })
	listener, err := transport.ListenEarly(s.server, &quic.Config{Allow0RTT: true, HandshakeIdleTimeout: idle})
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
func (s *service) visit(request string) (purse.Visit, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	socket, err := s.network.Client()
	if err != nil {
		return purse.Visit{}, err
	}
	defer socket.Close()
	s.flight.Clear()
	return s.client.Visit(ctx, socket, s.addr, request)
}

// copied sends the first flight of the last visit again.
func (s *service) copied(to net.Addr) error {
	thief, err := s.network.Client()
	if err != nil {
		return err
	}
	defer thief.Close()
	return s.flight.Send(thief, to)
}
