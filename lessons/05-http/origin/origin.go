// Package origin is a server at the far end of a network: one handler for HTTP/1.1 and HTTP/2,
// in the clear and over TLS, and for HTTP/3. It may be wrong in the ways in which servers of
// HTTP/3 are.
package origin

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strconv"
	"sync"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"

	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/network"
)

// The ports, as on any host.
const (
	Clear  = 80
	Secure = 443 // by TCP, and by UDP where nothing else is said
)

// A Kind is how a server is set up. The zero Kind offers HTTP/3, and has it.
type Kind struct {
	AltSvc string // the field's value; "" is the truth
	Silent bool   // there is no such field
	Port   int    // of UDP; 0: Secure
	ALPN   string // what it speaks over QUIC; "": h3
	Name   string // for which the certificate is that QUIC shows; "": the server's address
}

// A Server answers until it is closed.
type Server struct {
	Roots *x509.CertPool // what its clients have to trust

	tcp    *http.Server
	udp    *http3.Server
	quic   *quic.Transport
	ending sync.WaitGroup
}

// Start starts a server.
func Start(n *network.Network, kind Kind, handler http.Handler) (_ *Server, err error) {
	authority, err := devcert.New()
	if err != nil {
		return nil, err
	}
	s := &Server{Roots: authority.Pool(), tcp: new(http.Server), udp: &http3.Server{Handler: handler}}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	if err := s.overUDP(n, kind, authority); err != nil {
		return nil, err
	}
	certificate, err := authority.Certificate(network.Server)
	if err != nil {
		return nil, err
	}
	s.tcp.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}}
	s.tcp.Protocols = new(http.Protocols)
	s.tcp.Protocols.SetHTTP1(true)
	s.tcp.Protocols.SetHTTP2(true)
	s.tcp.Protocols.SetUnencryptedHTTP2(true)
	offer := cmp.Or(kind.AltSvc, `h3=":`+strconv.Itoa(cmp.Or(kind.Port, Secure))+`"; ma=86400`)
	s.tcp.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS != nil && !kind.Silent {
			w.Header().Set("Alt-Svc", offer)
		}
		handler.ServeHTTP(w, r)
	})
	for port, serve := range map[int]func(net.Listener) error{
		Clear:  s.tcp.Serve,
		Secure: func(l net.Listener) error { return s.tcp.ServeTLS(l, "", "") },
	} {
		listener, err := n.Listen(port)
		if err != nil {
			return nil, err
		}
		s.ending.Go(func() { serve(listener) })
	}
	return s, nil
}

func (s *Server) overUDP(n *network.Network, kind Kind, authority *devcert.Authority) error {
	certificate, err := authority.Certificate(cmp.Or(kind.Name, network.Server))
	if err != nil {
		return err
	}
	socket, err := n.ServerUDP(cmp.Or(kind.Port, Secure))
	if err != nil {
		return err
	}
	s.quic = &quic.Transport{Conn: socket}
	listener, err := s.quic.ListenEarly(
		&tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{cmp.Or(kind.ALPN, http3.NextProtoH3)}},
		&quic.Config{Allow0RTT: true})
	if err != nil {
		return err
	}
	s.ending.Go(func() { s.udp.ServeListener(listener) })
	return nil
}

// Close ends the server at once, whatever is under way.
func (s *Server) Close() error {
	err := errors.Join(s.tcp.Close(), s.udp.Close())
	if s.quic != nil {
		err = errors.Join(err, s.quic.Close(), s.quic.Conn.Close())
	}
	s.ending.Wait()
	return err
}
