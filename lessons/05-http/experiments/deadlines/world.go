package deadlines

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"
)

// A world is a server and a client on 127.0.0.1 that speak one version of HTTP.
type world struct {
	version string
	address string
	client  http.RoundTripper
	made    atomic.Int32 // connections
	seen    chan sight
	close   func()
}

func open(version string, certificate tls.Certificate, roots *tls.Config) (*world, error) {
	w := &world{version: version, seen: make(chan sight, 1)}
	var err error
	if version == "HTTP/3.0" {
		err = w.overUDP(certificate, roots)
	} else {
		err = w.overTCP(certificate, roots)
	}
	return w, err
}

func (w *world) overTCP(certificate tls.Certificate, roots *tls.Config) error {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	w.address = listener.Addr().String()
	var protocols http.Protocols
	protocols.SetHTTP1(w.version == "HTTP/1.1")
	protocols.SetHTTP2(w.version == "HTTP/2.0")
	server := &http.Server{
		Handler:   http.HandlerFunc(w.answer),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}},
		Protocols: &protocols,
		ConnContext: func(ctx context.Context, _ net.Conn) context.Context {
			w.made.Add(1)
			return ctx
		},
	}
	go server.ServeTLS(listener, "", "")
	transport := &http.Transport{TLSClientConfig: roots.Clone(), Protocols: &protocols}
	w.client = transport
	w.close = func() {
		transport.CloseIdleConnections()
		server.Close()
	}
	return nil
}

func (w *world) overUDP(certificate tls.Certificate, roots *tls.Config) error {
	socket, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	w.address = socket.LocalAddr().String()
	server := &http3.Server{
		Handler:   http.HandlerFunc(w.answer),
		TLSConfig: http3.ConfigureTLSConfig(&tls.Config{Certificates: []tls.Certificate{certificate}}),
		ConnContext: func(ctx context.Context, _ *quic.Conn) context.Context {
			w.made.Add(1)
			return ctx
		},
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		server.Serve(socket)
	}()
	transport := &http3.Transport{TLSClientConfig: roots.Clone()}
	w.client = transport
	w.close = func() {
		transport.Close()
		server.Close()
		<-served
		socket.Close()
	}
	return nil
}
