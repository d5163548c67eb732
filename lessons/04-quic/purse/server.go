package purse

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
)

const (
	// Protocol is what both sides name in the handshake (ALPN, RFC 7301).
	Protocol = "purse"

	limit = 100 // bytes of a request, and of its answer
)

// A Server does a request on each stream.
type Server struct {
	Purse *Purse

	// MayBeEarly tells which requests are done before the handshake is over.
	MayBeEarly func(request string) bool
}

// ServerTLS is what the handshake needs on the server's side.
func ServerTLS(certificate tls.Certificate) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{Protocol}}
}

// Start serves on a socket until stop is called, which returns when all have their answers.
func (s *Server) Start(socket net.PacketConn, config *tls.Config) (stop func() error, err error) {
	transport := &quic.Transport{Conn: socket}
	listener, err := transport.ListenEarly(config, &quic.Config{Allow0RTT: true, MaxIncomingUniStreams: -1})
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, listener) }()
	return func() error {
		cancel()
		return errors.Join(<-ended, transport.Close())
	}, nil
}

// Serve answers until ctx ends.
func (s *Server) Serve(ctx context.Context, listener *quic.EarlyListener) error {
	var clients sync.WaitGroup
	defer clients.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for {
		conn, err := listener.Accept(ctx)
		if ctx.Err() != nil {
			return nil
		} else if err != nil {
			return fmt.Errorf("accept: %w", err)
		}
		clients.Go(func() { s.converse(ctx, conn) })
	}
}

func (s *Server) converse(ctx context.Context, conn *quic.Conn) {
	var streams sync.WaitGroup
	for {
		stream, err := conn.AcceptStream(ctx)
		if err != nil {
			break // ctx has ended, or the connection
		}
		streams.Go(func() { s.answer(conn, stream) })
	}
	streams.Wait()
	conn.CloseWithError(0, "")
}

func (s *Server) answer(conn *quic.Conn, stream *quic.Stream) {
	stream.SetDeadline(time.Now().Add(10 * time.Second))
	defer stream.CancelRead(0) // what is not read must not hold the stream open
	request, err := io.ReadAll(io.LimitReader(stream, limit+1))
	if err != nil || len(request) > limit {
		stream.CancelWrite(0)
		return
	}
	if early.MayBeReplay(conn) && !s.MayBeEarly(string(request)) {
		stream.CancelWrite(early.TooEarly)
		return
	}
	io.WriteString(stream, s.Purse.Do(string(request)))
	stream.Close()
}
