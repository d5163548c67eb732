package quic

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/network"
)

const alpn = "onthewire-pitfall"

// link connects a client and a server, 50 ms to and fro, in memory. Both ends close with ctx.
func link(ctx context.Context, config *quic.Config, play func(client, server *quic.Conn) error) error {
	authority, err := devcert.New()
	if err != nil {
		return err
	}
	certificate, err := authority.Certificate(network.Server)
	if err != nil {
		return err
	}
	n := network.Simulate(25 * time.Millisecond)
	defer n.Close()
	const port = 443
	there, err := n.ServerUDP(port)
	if err != nil {
		return err
	}
	defer there.Close()
	here, err := n.ClientUDP()
	if err != nil {
		return err
	}
	defer here.Close()
	far, near := &quic.Transport{Conn: there}, &quic.Transport{Conn: here}
	defer far.Close()
	defer near.Close()
	listener, err := far.Listen(&tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{alpn}}, config)
	if err != nil {
		return err
	}
	defer listener.Close()
	client, err := near.Dial(ctx, &net.UDPAddr{IP: net.ParseIP(network.Server), Port: port},
		&tls.Config{RootCAs: authority.Pool(), ServerName: network.Server, NextProtos: []string{alpn}}, config)
	if err != nil {
		return errors.Join(ctx.Err(), err)
	}
	defer client.CloseWithError(0, "")
	server, err := listener.Accept(ctx)
	if err != nil {
		return errors.Join(ctx.Err(), err)
	}
	defer server.CloseWithError(0, "")
	if err := play(client, server); ctx.Err() == nil {
		return err
	}
	return ctx.Err()
}
