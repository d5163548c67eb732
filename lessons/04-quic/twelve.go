package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/echo"
	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/stage"
	"onthewire/lessons/internal/twelve"
)

type twelveCommand struct{}

// Run says the twelve bytes over a long link twice: as a stranger, and with the ticket that
// the first visit has brought. Counted is all that either side sends until the link has been
// silent for 250 ms, so what the server sends for a next visit is counted too: the ticket
// (in a CRYPTO frame), a token (NEW_TOKEN), spare connection IDs, and the acknowledgements of
// all that. Not counted are the closing, and the search for larger packets (RFC 8899), which
// quic-go begins only with what it sends five round trips after the handshake. An
// acknowledgement rides on other packets where there are some in time, so the packets differ
// by one or two between runs.
func (twelveCommand) Run(ctx context.Context) error {
	if err := lab.Enter(); err != nil {
		return err
	}
	authority, err := devcert.New()
	if err != nil {
		return err
	}
	certificate, err := authority.Certificate()
	if err != nil {
		return err
	}
	client, server := echo.ClientTLS(authority.Pool(), "localhost"), echo.ServerTLS(certificate)
	client.ClientSessionCache = tls.NewLRUClientSessionCache(1)
	var key [32]byte
	rand.Read(key[:])
	server.SetSessionTicketKeys([][32]byte{key}) // each visit has a server of its own, which has to read that ticket
	out := stage.New(os.Stdout)
	for _, visit := range []struct {
		name  string
		early bool
	}{{"first visit", false}, {"second visit, 0-RTT", true}} {
		var conn *quic.Conn
		cost, err := twelve.Count(ctx, func(link *lab.Link) (_ io.Closer, err error) {
			open, err := exchange(ctx, link, client, server)
			conn = open.conn
			return open, err
		})
		if err != nil {
			return err
		}
		if early := conn.ConnectionState().Used0RTT; early != visit.early {
			return fmt.Errorf("%s: early data was accepted: %t", visit.name, early)
		}
		out.Line("QUIC, %-20s %v", visit.name+":", cost)
	}
	return nil
}

// exchange connects, in no time if there is a ticket, says the bytes, and reads the answer.
func exchange(ctx context.Context, link *lab.Link, clientTLS, serverTLS *tls.Config) (e exchanged, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, e.Close())
		}
	}()
	there, err := link.Server.ListenPacket("udp4", "server:0")
	if err != nil {
		return e, err
	}
	server := &quic.Transport{Conn: there}
	e.closers = append(e.closers, there, server)
	config := echo.Config()
	config.Allow0RTT = true
	listener, err := server.ListenEarly(serverTLS, config)
	if err != nil {
		return e, err
	}
	serving, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- echo.Serve(serving, listener) }()
	e.closers = append(e.closers, closing(func() error { stop(); return <-served }))
	here, err := link.Client.ListenPacket("udp4", "client:0")
	if err != nil {
		return e, err
	}
	client := &quic.Transport{Conn: here}
	e.closers = append(e.closers, here, client)
	e.conn, err = client.DialEarly(ctx, there.LocalAddr(), clientTLS, nil)
	if err != nil {
		return e, err
	}
	e.closers = append(e.closers, closing(func() error { return e.conn.CloseWithError(0, "") }))
	_, err = echo.Say(ctx, e.conn, []byte(twelve.Bytes))
	return e, err
}

// exchanged is a connection that has served its purpose, and all that has to be closed, the
// last first.
type exchanged struct {
	conn    *quic.Conn
	closers []io.Closer
}

type closing func() error

func (c closing) Close() error { return c() }

func (e exchanged) Close() (err error) {
	for _, closer := range slices.Backward(e.closers) {
		err = errors.Join(err, closer.Close())
	}
	return err
}
