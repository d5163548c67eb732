// Package echo is a server that sends back what each stream brings, and its client.
package echo

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/quic-go/quic-go"
)

const (
	// Protocol is what both sides name in the handshake (ALPN, RFC 7301). QUIC does without
	// no such name (RFC 9001, section 8.1).
	Protocol = "echo"

	// Limit is how many bytes of a stream the server reads.
	Limit = 10_000

	// TooLong is the code with which it resets a stream that brings more.
	TooLong quic.StreamErrorCode = 1
)

// A Listener hands out connections: *quic.Listener after the handshake, *quic.EarlyListener
// before.
type Listener interface {
	Accept(context.Context) (*quic.Conn, error)
}

// ServerTLS is what the handshake needs on the server's side.
func ServerTLS(certificate tls.Certificate) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{Protocol}}
}

// Config allows streams in both directions at once, a hundred of a client at a time, and no
// others.
func Config() *quic.Config {
	return &quic.Config{MaxIncomingStreams: 100, MaxIncomingUniStreams: -1} // 0 would mean 100
}

// Serve answers every stream of every connection until ctx ends, then what has arrived.
func Serve(ctx context.Context, listener Listener) error {
	var clients sync.WaitGroup
	defer clients.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // also where accept fails: nobody waits for a client that is idle
	for {
		conn, err := listener.Accept(ctx)
		if ctx.Err() != nil {
			return nil
		} else if err != nil {
			return fmt.Errorf("accept: %w", err)
		}
		clients.Go(func() { converse(ctx, conn) })
	}
}

// converse gives each stream a goroutine of its own.
func converse(ctx context.Context, conn *quic.Conn) {
	var streams sync.WaitGroup
	for {
		stream, err := conn.AcceptStream(ctx)
		if err != nil {
			break // ctx has ended, or the connection
		}
		streams.Go(func() { answer(stream) })
	}
	streams.Wait()
	conn.CloseWithError(0, "")
}

// answer reads a stream to its end, sends it back, and ends it.
func answer(stream *quic.Stream) {
	stream.SetDeadline(time.Now().Add(10 * time.Second))
	data, err := io.ReadAll(io.LimitReader(stream, Limit+1))
	if err != nil || len(data) > Limit {
		stream.CancelRead(TooLong)
		stream.CancelWrite(TooLong)
		return
	}
	stream.Write(data)
	stream.Close()
}
