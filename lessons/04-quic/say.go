package main

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/quic-go/quic-go"

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
	tls := echo.ClientTLS(roots, c.Name)
	tls.NextProtos = []string{c.ALPN}
	conn, err := quic.DialAddr(ctx, c.Addr, tls, &quic.Config{HandshakeIdleTimeout: c.Timeout, MaxIdleTimeout: c.Timeout})
	if err != nil {
		return c.unconnected(fmt.Errorf("connect to %s: %w", c.Addr, cmp.Or(ctx.Err(), err)))
	}
	defer conn.CloseWithError(0, "")
	answer, err := echo.Say(ctx, conn, []byte(c.Text))
	if err != nil {
		return c.unanswered(fmt.Errorf("ask %s: %w", c.Addr, err))
	}
	fmt.Println(strings.TrimSuffix(string(answer), "\n"))
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
