// Package http has the pitfalls of clients and servers that stand on net/http.
package http

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"onthewire/lessons/internal/network"
	"onthewire/lessons/internal/twelve"
)

// A world is a server, a client, and how many connections there have been.
type world struct {
	url       string
	server    *http.Server
	transport *http.Transport
	conns     atomic.Int32
}

// serve lets play use a server with this handler on loopback, and closes all connections in the
// end, or when ctx ends.
func serve(ctx context.Context, handler http.Handler, play func(*world) error) error {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	return between(ctx, listener, &http.Transport{}, &http.Server{Handler: handler}, play)
}

// simulate does so with a server in memory, a millisecond away, for what is about time.
func simulate(ctx context.Context, server *http.Server, play func(*world) error) error {
	n := network.Simulate(time.Millisecond)
	defer n.Close()
	listener, err := n.Listen(80)
	if err != nil {
		return err
	}
	return between(ctx, listener, &http.Transport{DialContext: n.DialContext}, server, play)
}

func between(ctx context.Context, listener net.Listener, transport *http.Transport, server *http.Server, play func(*world) error) error {
	w := &world{url: "http://" + listener.Addr().String(), server: server, transport: transport}
	defer transport.CloseIdleConnections()
	server.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			w.conns.Add(1)
		}
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		server.Serve(listener)
	}()
	defer func() { <-served }()
	defer server.Close()
	defer context.AfterFunc(ctx, func() { server.Close() })()
	if err := play(w); ctx.Err() == nil {
		return err
	}
	return ctx.Err()
}

// says answers with the twelve bytes.
func says(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, twelve.Bytes) }

// traced makes the end of a request an event: whoever closes a body, or reads it to its end, goes
// on when the connection is back in the pool, or has been refused there. All requests end with
// ctx, also those whose bodies nobody closes.
type traced struct {
	ctx       context.Context
	transport *http.Transport
}

func (t traced) RoundTrip(r *http.Request) (*http.Response, error) {
	back := make(chan struct{}, 1)
	resp, err := t.transport.RoundTrip(r.WithContext(httptrace.WithClientTrace(t.ctx, &httptrace.ClientTrace{
		PutIdleConn: func(error) { back <- struct{}{} },
	})))
	if err != nil {
		return nil, err
	}
	resp.Body = &tracedBody{ReadCloser: resp.Body, ctx: t.ctx, back: back}
	return resp, nil
}

type tracedBody struct {
	io.ReadCloser
	ctx  context.Context
	back chan struct{}
	read bool
}

func (b *tracedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF && !b.read {
		b.read = true
		select {
		case <-b.back:
		case <-b.ctx.Done():
		}
	}
	return n, err
}
