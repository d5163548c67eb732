// Package pair brings a client and a server together in one process, which trust each other
// by an authority in memory.
package pair

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/devcert"
)

// A Pair is the two ends of one QUIC connection.
type Pair struct {
	Client, Server *quic.Conn

	close []func() error
}

// Over brings the two together over a network.
func Over(ctx context.Context, n *network.Network, client, server *quic.Config) (*Pair, error) {
	from, err := n.Client()
	if err != nil {
		return nil, err
	}
	at, err := n.Server()
	if err != nil {
		from.Close()
		return nil, err
	}
	return Meet(ctx, from, at, at.LocalAddr(), client, server)
}

// Meet lets the client dial to, which is the server's own address or that of somebody who
// stands between. The pair takes the sockets over, also where it fails.
func Meet(ctx context.Context, from, at net.PacketConn, to net.Addr, client, server *quic.Config) (p *Pair, err error) {
	p = &Pair{}
	defer func() {
		if err != nil {
			p.Close()
			p = nil
		}
	}()
	dialer, acceptor := &quic.Transport{Conn: from}, &quic.Transport{Conn: at}
	p.close = []func() error{dialer.Close, acceptor.Close, from.Close, at.Close}
	authority, err := devcert.New()
	if err != nil {
		return p, err
	}
	certificate, err := authority.Certificate()
	if err != nil {
		return p, err
	}
	names := []string{"pair"}
	listener, err := acceptor.Listen(&tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: names}, server)
	if err != nil {
		return p, fmt.Errorf("listen: %w", err)
	}
	p.Client, err = dialer.Dial(ctx, to, &tls.Config{RootCAs: authority.Pool(), ServerName: "localhost", NextProtos: names}, client)
	if err != nil {
		return p, fmt.Errorf("dial %v: %w", to, err)
	}
	if p.Server, err = listener.Accept(ctx); err != nil {
		return p, fmt.Errorf("accept: %w", err)
	}
	return p, nil
}

// Close ends the connection, and closes what the pair holds.
func (p *Pair) Close() (err error) {
	if p.Client != nil {
		err = p.Client.CloseWithError(0, "")
	}
	for _, c := range p.close {
		err = errors.Join(err, c())
	}
	return err
}
