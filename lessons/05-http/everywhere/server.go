// Package everywhere serves one handler by HTTP/1.1, HTTP/2 and HTTP/3.
//
// Read it in this order: listen.go (where), server.go (one handler, three protocols).
package everywhere

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"
)

// Drain is how long what is in flight may take once the server stops.
const Drain = 4 * time.Second

// A Server is two: one on TCP for HTTP/1.1 and HTTP/2, one on UDP for HTTP/3.
type Server struct {
	TCP *http.Server
	UDP *http3.Server
}

// New gives one handler to both.
func New(handler http.Handler, certificate tls.Certificate) *Server {
	config := &tls.Config{Certificates: []tls.Certificate{certificate}}
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)            // where both sides name h2 in the handshake (ALPN)
	protocols.SetUnencryptedHTTP2(true) // where the client begins with HTTP/2's preface
	udp := &http3.Server{
		Handler:    handler,
		TLSConfig:  config,
		QUICConfig: &quic.Config{Allow0RTT: true},
	}
	tcp := &http.Server{
		Handler:   advertised(handler, udp),
		TLSConfig: config.Clone(), // it writes there
		Protocols: &protocols,
	}
	return &Server{TCP: tcp, UDP: udp}
}

// advertised tells who comes by TLS over TCP that HTTP/3 is to be had, too (RFC 7838).
func advertised(handler http.Handler, by *http3.Server) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS != nil {
			by.SetQUICHeaders(w.Header()) // its error means that we do not listen there any more
		}
		handler.ServeHTTP(w, r)
	})
}

// Serve serves until ctx ends, answers what is in flight then, and returns within Drain. It
// closes the listeners. If one of them fails, all are cut off at once.
func (s *Server) Serve(ctx context.Context, on Listeners) error {
	defer on.Close()
	failed := make(chan error, 3)
	go func() { failed <- s.TCP.ServeTLS(on.TLS, "", "") }()
	go func() { failed <- s.UDP.Serve(on.QUIC) }()
	go func() { failed <- s.TCP.Serve(on.Clear) }()
	select {
	case err := <-failed:
		s.TCP.Close()
		s.UDP.Close()
		return fmt.Errorf("accept: %w", err)
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), Drain)
	defer cancel()
	ended := make(chan error, 2)
	go func() { ended <- s.TCP.Shutdown(ctx) }()
	go func() { ended <- s.UDP.Shutdown(ctx) }()
	err := errors.Join(<-ended, <-ended)
	s.TCP.Close()
	return err
}
