// Package flow has experiments with flow control: who says how much may be sent.
package flow

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/devcert"
)

// A pair is the two ends of one connection, joined by a simulated way.
type pair struct {
	client, server *quic.Conn

	close []func() error // in reverse
}

// meet connects.
func meet(ctx context.Context, oneWay time.Duration, clients, servers *quic.Config) (p *pair, err error) {
	p = &pair{}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
		}
	}()
	authority, err := devcert.New()
	if err != nil {
		return p, err
	}
	certificate, err := authority.Certificate()
	if err != nil {
		return p, err
	}
	n := network.Simulate(oneWay)
	p.close = append(p.close, n.Close)
	at, err := n.Server()
	if err != nil {
		return p, err
	}
	server := &quic.Transport{Conn: at}
	p.close = append(p.close, at.Close, server.Close)
	listener, err := server.Listen(&tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"flow"}}, servers)
	if err != nil {
		return p, err
	}
	from, err := n.Client()
	if err != nil {
		return p, err
	}
	client := &quic.Transport{Conn: from}
	p.close = append(p.close, from.Close, client.Close)
	if p.client, err = client.Dial(ctx, at.LocalAddr(), &tls.Config{RootCAs: authority.Pool(), ServerName: "localhost", NextProtos: []string{"flow"}}, clients); err != nil {
		return p, fmt.Errorf("dial: %w", err)
	}
	p.close = append(p.close, func() error { return p.client.CloseWithError(0, "") })
	if p.server, err = listener.Accept(ctx); err != nil {
		return p, fmt.Errorf("accept: %w", err)
	}
	return p, nil
}

func (p *pair) Close() (err error) {
	for i := len(p.close) - 1; i >= 0; i-- {
		err = errors.Join(err, p.close[i]())
	}
	p.close = nil
	return err
}
