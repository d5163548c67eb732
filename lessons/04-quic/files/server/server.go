// Package server serves a folder of files, each on a stream of its own.
//
// Read it in this order: server.go (connections and streams, and how they end), settings.go
// (what the handshake needs), get.go, put.go, refuse.go (how a no is told).
package server

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/files/store"
	"onthewire/lessons/04-quic/files/wire"
)

// A Server serves a folder.
type Server struct {
	Folder   *store.Folder
	ReadOnly bool

	// Idle is how long a stream may be without a byte that moves; then it is reset, and its
	// client may come again.
	Idle time.Duration

	// Drain is how long a server that has been stopped lets the files finish that it is about.
	Drain time.Duration
}

// A Listener hands out connections, before their handshake is over (*quic.EarlyListener).
type Listener interface {
	Accept(context.Context) (*quic.Conn, error)
	Close() error
}

// Serve serves every client until ctx ends, then what has been asked for, within Drain. If
// accept fails, all are cut off at once.
func (s *Server) Serve(ctx context.Context, listener Listener) error {
	defer context.AfterFunc(ctx, func() { listener.Close() })()
	over, cut := context.WithCancel(context.Background())
	defer cut()
	var clients sync.WaitGroup
	defer clients.Wait()
	for {
		conn, err := listener.Accept(context.Background()) // also who was in before Close
		switch {
		case err == nil:
			clients.Go(func() { s.converse(ctx, over, conn) })
		case ctx.Err() != nil:
			time.AfterFunc(s.Drain, cut)
			return nil
		default:
			cut()
			return fmt.Errorf("accept: %w", err)
		}
	}
}

// converse gives each stream of a client a goroutine of its own. Who has asked for nothing
// that is not answered yet is told at once that the server stops.
func (s *Server) converse(ctx, over context.Context, conn *quic.Conn) {
	stop := func() { conn.CloseWithError(wire.ServerStops, "the server stops") }
	defer context.AfterFunc(over, stop)()
	var streams sync.WaitGroup
	for {
		stream, err := conn.AcceptStream(ctx) // one that has arrived comes before the end of ctx
		if err != nil {
			break
		}
		streams.Go(func() { s.answer(conn, stream) })
	}
	streams.Wait()
	stop()
}

// answer does what a stream wants, and then waits for the client's FIN. Without it we might
// close the connection while the last bytes are on their way.
func (s *Server) answer(conn *quic.Conn, raw *quic.Stream) {
	stream := &wire.Stream{Raw: raw, Idle: s.Idle}
	h, err := stream.Header()
	if err == nil {
		err = s.do(conn, stream, h)
	} else {
		err = tell(stream, err)
	}
	if err == nil {
		raw.Close()
		stream.End() // or what a client goes on sending to which we have said no
		raw.CancelRead(wire.GaveUp)
		return
	}
	code := quic.StreamErrorCode(wire.GaveUp)
	if errors.Is(err, wire.ErrChanged) {
		code = wire.FileChanged
	}
	raw.CancelWrite(code)
	raw.CancelRead(code)
}

func (s *Server) do(conn *quic.Conn, stream *wire.Stream, h wire.Header) error {
	switch h.Kind {
	case wire.List:
		return tell(stream, s.list(stream, h))
	case wire.Get:
		return s.get(stream, h)
	case wire.Put:
		// What comes before the handshake is over may be a replay of what somebody has recorded.
		// A replay never gets this far.
		select {
		case <-conn.HandshakeComplete():
			return tell(stream, s.put(stream, h))
		case <-conn.Context().Done():
			return context.Cause(conn.Context())
		}
	}
	return tell(stream, fmt.Errorf("kind %d is nothing that a client says", h.Kind))
}
