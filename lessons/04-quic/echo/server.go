// Package echo is a server that sends back what each stream brings, and its client.
//
// Read it in this order: server.go (who is answered, and how it ends), client.go (one
// question), settings.go (what both agree on in the handshake).
package echo

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/quic-go/quic-go"
)

// Serve answers every stream of every connection until ctx ends. Then it lets nobody in,
// answers what has arrived, and returns after Drain at the latest. If accept fails, all are
// cut off at once.
func Serve(ctx context.Context, listener Listener) error {
	defer context.AfterFunc(ctx, func() { listener.Close() })()
	over, cut := context.WithCancel(context.Background())
	defer cut()
	var clients sync.WaitGroup
	defer clients.Wait()
	for {
		conn, err := listener.Accept(context.Background()) // also whoever was in before Close
		switch {
		case err == nil:
			clients.Go(func() { converse(ctx, over, conn) })
		case ctx.Err() != nil:
			time.AfterFunc(Drain, cut)
			return nil
		default:
			cut()
			return fmt.Errorf("accept: %w", err)
		}
	}
}

// converse gives each stream of a client a goroutine of its own until ctx ends. Then it lets
// those finish that are there, but not beyond the end of over.
func converse(ctx, over context.Context, conn *quic.Conn) {
	defer context.AfterFunc(over, func() { conn.CloseWithError(Stopping, "the server is gone") })()
	var streams sync.WaitGroup
	settled := time.NewTimer(0) // fired, unless an answer is younger than Settle
	for {
		stream, err := conn.AcceptStream(ctx) // one that has arrived comes before the end of ctx
		if err != nil {
			break
		}
		streams.Go(func() {
			answer(stream)
			settled.Reset(Settle)
		})
	}
	streams.Wait()
	select { // nobody tells us that the last answer has arrived, but who has read it may close
	case <-conn.Context().Done():
	case <-settled.C:
	}
	conn.CloseWithError(Stopping, "the server stops")
}

// answer reads a stream to its end, sends it back, and ends it.
func answer(stream *quic.Stream) {
	stream.SetDeadline(time.Now().Add(Timeout))
	data, err := io.ReadAll(io.LimitReader(stream, Limit+1))
	if err == nil && len(data) <= Limit {
		_, err = stream.Write(data)
	}
	switch {
	case len(data) > Limit:
		refuse(stream, TooLong)
	case err != nil:
		refuse(stream, TooSlow)
	default:
		stream.Close() // our direction; the client's has been read to its end
	}
}

// refuse gives up both directions of a stream. Without CancelRead the client would never
// get back the credit with which it has opened it.
func refuse(stream *quic.Stream, code quic.StreamErrorCode) {
	stream.CancelRead(code)
	stream.CancelWrite(code)
}
