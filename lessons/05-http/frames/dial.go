package frames

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// ErrNoHTTP2 is what a server is left with that has not chosen h2.
var ErrNoHTTP2 = errors.New("the server does not choose HTTP/2 (ALPN h2)")

// Dial connects to where the URL points: by TLS for https, where the server has to choose h2
// by ALPN, and in the clear for http, where we have to know beforehand that it speaks HTTP/2
// (RFC 9113, sections 3.2 and 3.3).
func Dial(ctx context.Context, at *url.URL, roots *x509.CertPool, see func(Frame)) (*Conn, error) {
	port := at.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[at.Scheme]
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(at.Hostname(), port))
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	if at.Scheme == "https" {
		if conn, err = secure(ctx, conn, at.Hostname(), roots); err != nil {
			return nil, fmt.Errorf("handshake with %s: %w", at.Host, err)
		}
	}
	c, err := Start(ctx, conn, see)
	if err == nil {
		c.Scheme, c.Authority = at.Scheme, at.Host
	}
	return c, err
}

func secure(ctx context.Context, conn net.Conn, name string, roots *x509.CertPool) (net.Conn, error) {
	over := tls.Client(conn, &tls.Config{ServerName: name, RootCAs: roots, NextProtos: []string{"h2"}})
	err := over.HandshakeContext(ctx)
	if err != nil && strings.HasSuffix(err.Error(), "no application protocol") { // an alert, whose type is crypto/tls's own
		err = ErrNoHTTP2
	}
	if err == nil && over.ConnectionState().NegotiatedProtocol != "h2" {
		err = ErrNoHTTP2
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return over, nil
}
