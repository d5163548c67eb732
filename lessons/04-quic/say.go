package main

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/early"
	"onthewire/lessons/04-quic/echo"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/devcert"
)

type sayCommand struct {
	Addr    string        `default:"127.0.0.1:5000" help:"HOST:PORT of the server."`
	Text    string        `arg:"" optional:"" default:"Hello, QUIC!" help:"What to say."`
	CACert  string        `name:"cacert" placeholder:"PATH" help:"Whom to trust, as serve prints it. By default the authority in this user's cache folder."`
	Name    string        `default:"localhost" help:"The name that the server's certificate has to be for."`
	ALPN    string        `default:"echo" help:"The protocol that the server has to speak."`
	Tickets string        `placeholder:"FOLDER" help:"Where to keep the ticket for the next visit. By default tickets/ in this user's cache folder."`
	Timeout time.Duration `default:"2s" help:"How long the server may be silent."`
}

// Validate says which times make no sense; kong calls it.
func (c sayCommand) Validate() error {
	if c.Timeout <= 0 {
		return fmt.Errorf("--timeout %v: more than 0", c.Timeout)
	}
	return nil
}

func (c sayCommand) Run(ctx context.Context) error {
	roots, err := c.roots()
	if err != nil {
		return err
	}
	tickets, err := c.tickets()
	if err != nil {
		return err
	}
	tls := echo.ClientTLS(roots, c.Name)
	tls.NextProtos = []string{c.ALPN}
	tls.ClientSessionCache = tickets
	conn, err := quic.DialAddrEarly(ctx, c.Addr, tls, &quic.Config{HandshakeIdleTimeout: c.Timeout, MaxIdleTimeout: c.Timeout})
	if err != nil {
		return c.unconnected(fmt.Errorf("connect to %s: %w", c.Addr, cmp.Or(ctx.Err(), err)))
	}
	defer conn.CloseWithError(0, "")
	var answer []byte
	outcome, err := early.Ask(ctx, conn, func(conn *quic.Conn) (err error) {
		answer, err = echo.Say(ctx, conn, []byte(c.Text))
		return err
	})
	if err != nil {
		select {
		case <-conn.HandshakeComplete():
			return c.unanswered(fmt.Errorf("ask %s: %w", c.Addr, err))
		default: // with a ticket, we have asked before we knew whether anybody is there
			return c.unconnected(fmt.Errorf("connect to %s: %w", c.Addr, cmp.Or(ctx.Err(), err)))
		}
	}
	fmt.Println(strings.TrimSuffix(string(answer), "\n"))
	fmt.Fprintln(os.Stderr, outcome)
	return c.keep(conn, tickets)
}

func (c sayCommand) tickets() (*early.Tickets, error) {
	folder := c.Tickets
	if folder == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return nil, cli.Advise(fmt.Errorf("keep tickets: %w", err), "name a folder with --tickets")
		}
		folder = filepath.Join(cache, "onthewire", "tickets")
	}
	tickets, err := early.OpenTickets(folder, c.Addr)
	if err != nil {
		return nil, cli.Advise(err, "name a folder of your own with --tickets")
	}
	return tickets, nil
}

// keep waits for the ticket of the next visit, since closing would lose it.
func (c sayCommand) keep(conn *quic.Conn, tickets *early.Tickets) error {
	ctx, cancel := context.WithTimeout(conn.Context(), time.Second) // not every server gives one
	defer cancel()
	if err := tickets.Wait(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	return nil
}

func (c sayCommand) roots() (*x509.CertPool, error) {
	if c.CACert != "" {
		roots, err := devcert.Roots(c.CACert)
		if err != nil {
			return nil, cli.Advise(err, "serve prints the path: trust: --cacert PATH")
		}
		return roots, nil
	}
	authority, err := devcert.Load()
	if err != nil {
		return nil, err
	}
	return authority.Pool(), nil
}

// unconnected adds to why there is no connection what a person would try next.
func (c sayCommand) unconnected(err error) error {
	const noProtocol = 0x100 + 120 // TLS's alert no_application_protocol in QUIC (RFC 9001, 4.8)
	if transport, ok := errors.AsType[*quic.TransportError](err); ok && transport.ErrorCode == noProtocol {
		return cli.Advise(err, fmt.Sprintf("the server does not speak %q, try --alpn echo", c.ALPN))
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return cli.Advise(err, "somebody else has signed its certificate, try the --cacert PATH that serve prints")
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return cli.Advise(err, "try --name localhost")
	}
	if _, ok := errors.AsType[*quic.IdleTimeoutError](err); ok {
		return cli.Advise(err, fmt.Sprintf("nobody answered for %v, start bin/lesson4 serve first", c.Timeout))
	}
	if _, ok := errors.AsType[net.Error](err); ok { // a name that is unknown, an address without a port
		return cli.Advise(err, "an address is HOST:PORT, as in --addr 127.0.0.1:5000")
	}
	return err
}

// unanswered adds the same to why there is no answer.
func (c sayCommand) unanswered(err error) error {
	if stream, ok := errors.AsType[*quic.StreamError](err); ok && stream.ErrorCode == echo.TooLong {
		return cli.Advise(err, fmt.Sprintf("the server takes %d bytes at most", echo.Limit))
	}
	if closed, ok := errors.AsType[*quic.ApplicationError](err); ok && closed.ErrorCode == echo.Stopping {
		return cli.Advise(err, "try again when it is back")
	}
	if _, ok := errors.AsType[*quic.IdleTimeoutError](err); ok {
		return cli.Advise(err, fmt.Sprintf("for %v nothing came, so the server is gone, or the way to it", c.Timeout))
	}
	return err
}
