// Package everywhere serves one handler by HTTP/1.1, HTTP/2 and HTTP/3.
//
// Read it in this order: listen.go (where), server.go (one handler, three protocols), settings.go
// (what a client may cost), request.go (what is done about each request), idle.go (what HTTP/3's
// server leaves to us), stop.go and conns.go (how it ends).
package everywhere

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"time"

	"github.com/quic-go/quic-go/http3"
)

// A Server is two: one on TCP for HTTP/1.1 and HTTP/2, one on UDP for HTTP/3.
type Server struct {
	TCP *http.Server
	UDP *http3.Server

	Watch func(Answered) // hears of every request when it has been answered, if it is set
	Drain time.Duration  // how long stopping may take

	handler http.Handler
	onTCP   counter // of requests
	onUDP   counter
	conns   conns
}

// New gives one handler to both.
func New(handler http.Handler, certificate tls.Certificate) *Server {
	config := &tls.Config{Certificates: []tls.Certificate{certificate}}
	s := &Server{
		TCP:     overTCP(config.Clone()), // it writes there
		UDP:     &http3.Server{TLSConfig: config, QUICConfig: overQUIC(), MaxHeaderBytes: MaxHead},
		Drain:   Drain,
		handler: handler,
		onTCP:   newCounter(),
		onUDP:   newCounter(),
	}
	s.TCP.Handler = http.HandlerFunc(s.overTCP)
	s.UDP.Handler = http.HandlerFunc(s.overUDP)
	s.TCP.ConnState = s.conns.see
	s.UDP.ConnContext = watchIdle
	return s
}

// Serve serves until ctx ends, answers what is in flight then, and returns within the drain time.
// It closes the listeners. If one of them fails, all are cut off at once.
func (s *Server) Serve(ctx context.Context, on Listeners) error {
	defer on.Close()
	failed := make(chan error, 3)
	go func() { failed <- s.TCP.ServeTLS(on.TLS, "", "") }() // HTTP/1.1 or HTTP/2, as the handshake says
	go func() { failed <- s.TCP.Serve(on.Clear) }()          // as the first bytes say
	go func() { failed <- s.UDP.Serve(on.QUIC) }()           // HTTP/3
	select {
	case <-ctx.Done():
		return s.stop()
	case err := <-failed:
		go s.UDP.Close() // it waits for every handler, however long
		s.cut()
		return fmt.Errorf("serve: %w", err)
	}
}
