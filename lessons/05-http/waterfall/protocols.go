package waterfall

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"sync"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"

	"onthewire/lessons/internal/network"
)

// A Protocol is one way to ask for files.
type Protocol struct {
	Name string
	open func(*network.Network, *x509.CertPool) (client http.RoundTripper, close func(), err error)
}

// The three of them. Browsers open six connections of HTTP/1.1 to a host, and one of the
// others.
var (
	HTTP1 = Protocol{"HTTP/1.1", overTCP(func(p *http.Protocols) { p.SetHTTP1(true) }, 6)}
	HTTP2 = Protocol{"HTTP/2", overTCP(func(p *http.Protocols) { p.SetHTTP2(true) }, 1)}
	HTTP3 = Protocol{"HTTP/3", overQUIC}
)

func overTCP(speak func(*http.Protocols), connections int) func(*network.Network, *x509.CertPool) (http.RoundTripper, func(), error) {
	return func(n *network.Network, roots *x509.CertPool) (http.RoundTripper, func(), error) {
		var mu sync.Mutex
		var opened []net.Conn // one that is called off is not idle, and has to end too
		t := &http.Transport{
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := n.DialContext(ctx, network, address)
				if err == nil {
					mu.Lock()
					defer mu.Unlock()
					opened = append(opened, conn)
				}
				return conn, err
			},
			TLSClientConfig: &tls.Config{RootCAs: roots},
			Protocols:       new(http.Protocols),

			MaxConnsPerHost:     connections,
			MaxIdleConnsPerHost: connections, // keep them alive: the default is two
		}
		speak(t.Protocols)
		return t, func() {
			t.CloseIdleConnections()
			mu.Lock()
			defer mu.Unlock()
			for _, conn := range opened {
				conn.Close()
			}
		}, nil
	}
}

func overQUIC(n *network.Network, roots *x509.CertPool) (http.RoundTripper, func(), error) {
	socket, err := n.ClientUDP()
	if err != nil {
		return nil, nil, err
	}
	from := &quic.Transport{Conn: socket}
	t := &http3.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots},
		Dial: func(ctx context.Context, address string, keys *tls.Config, config *quic.Config) (*quic.Conn, error) {
			to, err := net.ResolveUDPAddr("udp4", address)
			if err != nil {
				return nil, err
			}
			return from.DialEarly(ctx, to, keys, config)
		},
	}
	return t, func() { t.Close(); from.Close(); socket.Close() }, nil
}

// All are the protocols in the order of their age.
func All() []Protocol { return []Protocol{HTTP1, HTTP2, HTTP3} }
