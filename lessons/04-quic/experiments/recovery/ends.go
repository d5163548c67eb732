// Package recovery has experiments with what a connection does about a lost packet.
package recovery

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/qlogwriter"

	"onthewire/lessons/04-quic/echo"
	"onthewire/lessons/04-quic/ladder"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/devcert"
)

// A stream is one of QUIC's, or a TCP connection.
type stream interface {
	io.ReadWriter
	SetDeadline(time.Time) error
}

// A request is twelve bytes long, and begins with how long its answer has to be.
const request = 12

// answer answers until the stream ends.
func answer(s stream) {
	asked := make([]byte, request)
	for {
		if _, err := io.ReadFull(s, asked); err != nil {
			return
		}
		if _, err := s.Write(make([]byte, binary.BigEndian.Uint32(asked))); err != nil {
			return
		}
	}
}

// ask tells how long a request and its answer take.
func ask(ctx context.Context, s stream, size int) (time.Duration, error) {
	s.SetDeadline(time.Now().Add(10 * time.Second))
	defer context.AfterFunc(ctx, func() { s.SetDeadline(time.Now()) })()
	begun := time.Now()
	if _, err := s.Write(binary.BigEndian.AppendUint32(make([]byte, 0, request), uint32(size))[:request]); err != nil {
		return 0, fmt.Errorf("ask: %w", err)
	}
	if _, err := io.ReadFull(s, make([]byte, size)); err != nil {
		return 0, fmt.Errorf("read the answer: %w", err)
	}
	return time.Since(begun), nil
}

// A pair is both ends of a QUIC connection, and what they report.
type pair struct {
	client, server             *quic.Conn
	clientReport, serverReport *ladder.Recorder
	close                      func()
}

// meet connects a client and a server that answers. Neither looks for a larger packet size, so
// what passes between them is what is asked for.
func meet(ctx context.Context, n *network.Network) (_ *pair, err error) {
	p := &pair{close: func() {}, clientReport: ladder.NewRecorder(nil), serverReport: ladder.NewRecorder(nil)}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	later := func(f func()) { before := p.close; p.close = func() { f(); before() } }
	authority, err := devcert.New()
	if err != nil {
		return nil, err
	}
	certificate, err := authority.Certificate()
	if err != nil {
		return nil, err
	}
	config := func(r *ladder.Recorder) *quic.Config {
		return &quic.Config{DisablePathMTUDiscovery: true, Tracer: func(context.Context, bool, quic.ConnectionID) qlogwriter.Trace { return r }}
	}
	at, err := n.Server()
	if err != nil {
		return nil, err
	}
	server := &quic.Transport{Conn: at}
	later(func() { server.Close(); at.Close() })
	listener, err := server.Listen(echo.ServerTLS(certificate), config(p.serverReport))
	if err != nil {
		return nil, err
	}
	from, err := n.Client()
	if err != nil {
		return nil, err
	}
	client := &quic.Transport{Conn: from}
	later(func() { client.Close(); from.Close() })
	p.client, err = client.Dial(ctx, at.LocalAddr(), echo.ClientTLS(authority.Pool(), "localhost"), config(p.clientReport))
	if err != nil {
		return nil, err
	}
	later(func() { p.client.CloseWithError(0, "") })
	p.server, err = listener.Accept(ctx)
	if err != nil {
		return nil, err
	}
	later(func() { p.server.CloseWithError(0, "") })
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			s, err := p.server.AcceptStream(context.Background()) // ends with the connection
			if err != nil {
				return
			}
			answer(s)
		}
	}()
	later(func() { p.server.CloseWithError(0, ""); <-ended })
	return p, nil
}
