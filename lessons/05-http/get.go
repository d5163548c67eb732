package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/05-http/fetch"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/errno"
	"onthewire/lessons/internal/stage"
)

type getCommand struct {
	URL     string        `arg:"" help:"What to fetch, as in https://127.0.0.1:8443/proto."`
	HTTP1   bool          `name:"http1" xor:"version" help:"By HTTP/1.1."`
	HTTP2   bool          `name:"http2" xor:"version" help:"By HTTP/2: with TLS the server has to agree, in the clear it has to know."`
	HTTP3   bool          `name:"http3" xor:"version" help:"By HTTP/3, at the URL's port of UDP."`
	WhyNot3 bool          `name:"why-not-3" xor:"version" help:"Find out why a client that came by TCP does not go on by HTTP/3."`
	Verbose bool          `short:"v" help:"Show the fields of the answer."`
	Output  string        `short:"o" type:"path" placeholder:"FILE" help:"Write the body there."`
	Limit   int64         `default:"67108864" help:"How many bytes of a body to take."`
	Timeout time.Duration `default:"10s" help:"How long all of it may take."`
	CACert  string        `name:"cacert" placeholder:"PATH" help:"Whom to trust, as serve prints it. By default the authority in this user's cache folder."`
	JSON    bool          `name:"json" help:"Print what is known of the answer, for a program; the body only to a file."`
}

// Validate says what makes no sense; kong calls it.
func (c getCommand) Validate() error {
	u, err := url.Parse(c.URL)
	switch {
	case err != nil:
		return err
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return fmt.Errorf("%q is no URL that begins with https:// or http://", c.URL)
	case c.HTTP3 && u.Scheme == "http":
		return errors.New("--http3 needs https://: QUIC has no form in the clear")
	case c.Limit < 0:
		return fmt.Errorf("--limit %d: 0 or more", c.Limit)
	case c.Timeout <= 0:
		return fmt.Errorf("--timeout %v: more than 0", c.Timeout)
	}
	return nil
}

func (c getCommand) version() fetch.Version {
	switch {
	case c.HTTP1:
		return fetch.HTTP1
	case c.HTTP2:
		return fetch.HTTP2
	case c.HTTP3:
		return fetch.HTTP3
	}
	return fetch.OverTCP
}

func (c getCommand) Run(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	roots, err := c.roots()
	if err != nil {
		return err
	}
	u, err := url.Parse(c.URL)
	if err != nil {
		return err
	}
	client := &fetch.Client{Roots: roots, Body: c.Limit}
	if c.WhyNot3 {
		found, err := client.WhyNot3(ctx, u)
		if err != nil {
			return c.advise(u, err)
		}
		return showFindings(found, c.JSON)
	}
	body, done, err := c.body()
	if err != nil {
		return err
	}
	answer, err := client.Get(ctx, u, c.version(), body)
	if err := errors.Join(err, done()); err != nil {
		return c.advise(u, err)
	}
	if c.JSON {
		return showJSON(answer)
	}
	showAnswer(stage.New(os.Stderr), answer, c.Verbose)
	return nil
}

func (c getCommand) roots() (*x509.CertPool, error) {
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

// body is where the body goes. A file that is not complete in the end stays, for whoever wants
// to see what has come.
func (c getCommand) body() (body io.Writer, done func() error, err error) {
	switch {
	case c.Output != "":
		file, err := os.Create(c.Output)
		if err != nil {
			return nil, nil, cli.NotWritten(err)
		}
		return file, file.Close, nil
	case c.JSON:
		return io.Discard, func() error { return nil }, nil
	}
	return os.Stdout, func() error { return nil }, nil
}

// advise adds to an error what a person would try next.
func (c getCommand) advise(u *url.URL, err error) error {
	if long, ok := errors.AsType[*fetch.TooLong](err); ok {
		return cli.Advise(err, fmt.Sprintf("that is all we take, try --limit %d", 10*max(long.Limit, 1)))
	}
	if _, ok := errors.AsType[*quic.IdleTimeoutError](err); ok {
		return cli.Advise(err, "nothing came back by UDP, see --why-not-3")
	}
	const noProtocol = 120 // TLS's alert, in QUIC behind 0x100 (RFC 9001, section 4.8)
	if transport, ok := errors.AsType[*quic.TransportError](err); ok && transport.ErrorCode == 0x100+noProtocol {
		return cli.Advise(err, "it is a QUIC server without HTTP/3")
	}
	text := err.Error()
	switch _, unknown := errors.AsType[x509.UnknownAuthorityError](err); {
	case unknown:
		return cli.Advise(err, "somebody else has signed its certificate, try the --cacert PATH that serve prints")
	case errors.Is(err, context.DeadlineExceeded):
		return cli.Advise(err, fmt.Sprintf("it was not complete after %v, try a longer --timeout", c.Timeout))
	case errno.Is(err, syscall.ECONNREFUSED):
		return cli.Advise(err, "nobody listens there, start bin/lesson5 serve first")
	case strings.Contains(text, "no application protocol"):
		return cli.Advise(err, "it does not speak that version, try --http1")
	case strings.Contains(text, "server gave HTTP response to HTTPS client"), strings.Contains(text, "first record does not look like a TLS handshake"):
		return cli.Advise(err, "that port speaks no TLS, try http://"+u.Host)
	case c.HTTP2 && u.Scheme == "http" && (errors.Is(err, io.ErrUnexpectedEOF) || errno.Is(err, syscall.ECONNRESET) || strings.Contains(text, "could not be established")):
		return cli.Advise(err, "perhaps that port wants TLS, or knows no HTTP/2 in the clear; try --http1")
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return cli.Advise(err, "ask for a name that its certificate has")
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return cli.Advise(err, "nobody knows that name")
	}
	return err
}
