// Package local is the TCP half of our server, net/http's, in this process: for a client that
// needs one to talk to.
package local

import (
	"context"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"

	"onthewire/lessons/05-http/everywhere"
	"onthewire/lessons/internal/devcert"
)

// A Server speaks HTTP/2 and HTTP/1.1 on a port of loopback, over TLS and, on another, in the
// clear.
type Server struct {
	TLS, Clear *url.URL
	Roots      *x509.CertPool // that know its certificate
	HTTP       *http.Server
}

// Start lets it serve. Close ends it.
func Start(ctx context.Context, handler http.Handler) (*Server, error) {
	authority, err := devcert.New()
	if err != nil {
		return nil, err
	}
	certificate, err := authority.Certificate()
	if err != nil {
		return nil, err
	}
	s := &Server{Roots: authority.Pool(), HTTP: everywhere.New(handler, certificate).TCP}
	s.HTTP.HTTP2.MaxReceiveBufferPerConnection = 65_535 // with more, its first frames come in one order or another
	var config net.ListenConfig
	over, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	clear, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		over.Close()
		return nil, err
	}
	s.TLS = &url.URL{Scheme: "https", Host: over.Addr().String()}
	s.Clear = &url.URL{Scheme: "http", Host: clear.Addr().String()}
	go s.HTTP.ServeTLS(over, "", "") // both end with Close, and say so
	go s.HTTP.Serve(clear)
	return s, nil
}

// Close cuts everybody off.
func (s *Server) Close() error { return s.HTTP.Close() }

// Handler has the twelve bytes under /, and any number of bytes under /bytes?n=N.
func Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /bytes", func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.ParseInt(r.FormValue("n"), 10, 64)
		if err != nil || n < 0 {
			http.Error(w, "n is a number of bytes", http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Length", strconv.FormatInt(n, 10))
		block := make([]byte, 4096)
		for ; n > 0; n -= int64(len(block)) {
			if _, err := w.Write(block[:min(n, int64(len(block)))]); err != nil {
				return // the client has gone
			}
		}
	})
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		io.WriteString(w, "hello, wire\n")
	})
	return mux
}
