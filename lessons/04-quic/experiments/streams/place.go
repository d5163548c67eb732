// Package streams has experiments with how streams and connections end.
package streams

import (
	"context"
	"crypto/x509"
	"errors"
	"sync"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/echo"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/devcert"
)

// A place is where clients meet one server, over a simulated network: what is shown here is
// QUIC's, and no kernel has a part in it.
type place struct {
	*network.Network
	roots    *x509.CertPool
	server   *quic.Transport
	listener *quic.Listener

	mu      sync.Mutex
	clients []*quic.Transport
}

func open(oneWay time.Duration, server *quic.Config) (*place, error) {
	authority, err := devcert.New()
	if err != nil {
		return nil, err
	}
	certificate, err := authority.Certificate()
	if err != nil {
		return nil, err
	}
	p := &place{Network: network.Simulate(oneWay), roots: authority.Pool()}
	socket, err := p.Server()
	if err != nil {
		return nil, err
	}
	p.server = &quic.Transport{Conn: socket}
	p.listener, err = p.server.Listen(echo.ServerTLS(certificate), server)
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// meet makes a connection from a socket of its own, and returns both sides of it. The client
// can vanish without a word.
func (p *place) meet(ctx context.Context, config *quic.Config) (client, server *quic.Conn, vanish func(), err error) {
	p.mu.Lock()
	defer p.mu.Unlock() // so that the connection which the server accepts is the one that we dial
	socket, err := p.Client()
	if err != nil {
		return nil, nil, nil, err
	}
	transport := &quic.Transport{Conn: socket}
	p.clients = append(p.clients, transport)
	client, err = transport.Dial(ctx, p.listener.Addr(), echo.ClientTLS(p.roots, "localhost"), config)
	if err == nil {
		server, err = p.listener.Accept(ctx)
	}
	return client, server, func() { leave(transport) }, err
}

func (p *place) Close() error {
	leave(p.server)
	for _, c := range p.clients {
		leave(c)
	}
	return p.Network.Close()
}

// leave takes a transport away. Its connections end, and their peers are told nothing.
func leave(t *quic.Transport) {
	t.Close()
	t.Conn.Close()
}
