package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"onthewire/lessons/05-http/frames"
	"onthewire/lessons/05-http/frames/local"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/stage"
)

type framesCommand struct {
	URL     string        `arg:"" optional:"" help:"https://HOST:PORT/PATH, or http:// where the server speaks HTTP/2 in the clear. Without it, a server is started for you."`
	Bytes   bool          `xor:"as" help:"Ask twice, and name every byte of every frame."`
	Stall   bool          `xor:"as" help:"Download twice at once, and read one of the two."`
	CACert  string        `name:"cacert" placeholder:"PATH" help:"Whom to trust, as serve prints it. By default the authority in this user's cache folder."`
	Timeout time.Duration `default:"10s" help:"How long all of it may take."`
}

// Validate says what makes no sense; kong calls it.
func (c framesCommand) Validate() error {
	if c.Timeout <= 0 {
		return fmt.Errorf("--timeout %v: more than 0", c.Timeout)
	}
	return nil
}

func (c framesCommand) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, c.Timeout, fmt.Errorf("nothing more came for %v", c.Timeout))
	defer cancel()
	at, roots, stop, err := c.server(ctx)
	if err != nil {
		return err
	}
	defer stop()
	show := &conversation{Stage: stage.New(os.Stdout)}
	dial := func(see func(frames.Frame)) (*frames.Conn, error) {
		conn, err := frames.Dial(ctx, at, roots, see)
		if err != nil {
			return nil, unreached(err)
		}
		return conn, nil
	}
	switch {
	case c.Bytes:
		return show.bytes(dial, at)
	case c.Stall:
		return show.stall(dial, at)
	}
	return show.ask(dial, at)
}

// A dialer connects, and shows each frame to somebody.
type dialer func(see func(frames.Frame)) (*frames.Conn, error)

// ask asks once.
func (c *conversation) ask(dial dialer, at *url.URL) error {
	conn, err := dial(c.frame)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.Ask(at.RequestURI()); err != nil {
		return fmt.Errorf("ask %s: %w", at, err)
	}
	return conn.Goodbye()
}

// server is the one that the URL names, or one of ours.
func (c framesCommand) server(ctx context.Context) (at *url.URL, roots *x509.CertPool, stop func() error, err error) {
	if c.URL == "" {
		s, err := local.Start(ctx, local.Handler())
		if err != nil {
			return nil, nil, nil, err
		}
		return s.TLS, s.Roots, s.Close, nil
	}
	at, err = url.Parse(c.URL)
	if err != nil || at.Hostname() == "" || at.Scheme != "https" && at.Scheme != "http" {
		return nil, nil, nil, cli.Advise(fmt.Errorf("%q is no URL of HTTP", c.URL), "try https://127.0.0.1:8443/")
	}
	if at.Scheme == "https" {
		roots, err = trusted(c.CACert)
	}
	return at, roots, func() error { return nil }, err
}

// trusted are whom the file names, or our own authority.
func trusted(path string) (*x509.CertPool, error) {
	if path != "" {
		roots, err := devcert.Roots(path)
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

// unreached adds what a person would try next.
func unreached(err error) error {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return cli.Advise(err, "somebody else has signed its certificate, try the --cacert PATH that serve prints")
	}
	if errors.Is(err, frames.ErrNoHTTP2) {
		return cli.Advise(err, "it speaks HTTP/1.1, so there are no frames to see")
	}
	if strings.HasPrefix(err.Error(), "connect: ") {
		return cli.Advise(err, "start bin/lesson5 serve first")
	}
	return err
}
