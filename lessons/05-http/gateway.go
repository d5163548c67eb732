package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"time"

	"onthewire/lessons/05-http/everywhere"
	"onthewire/lessons/05-http/proxy/gateway"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/devcert"
)

type gatewayCommand struct {
	To        []*url.URL    `required:"" placeholder:"URL" help:"A server behind it, as in http://127.0.0.1:3000; several take turns."`
	Addr      string        `default:"127.0.0.1:9443" help:"HOST:PORT for TLS and QUIC; port 0 takes a free one."`
	ClearAddr string        `default:"127.0.0.1:9444" help:"HOST:PORT for HTTP/1.1 and HTTP/2 in the clear."`
	Keep      int           `default:"250" help:"How many connections without a request are kept to each server behind it (MaxIdleConnsPerHost)."`
	MaxBody   int64         `default:"10485760" placeholder:"BYTES" help:"How long the body of a request may be."`
	ReadyPath string        `placeholder:"PATH" help:"A path that the gateway answers itself: 200, or 503 while it stops."`
	ReadyWait time.Duration `default:"0s" help:"How long it says 503 there before it stops to accept."`
	Quiet     bool          `short:"q" help:"Log no requests."`
}

// Validate says what makes no sense; kong calls it.
func (c gatewayCommand) Validate() error {
	for _, to := range c.To {
		if to.Scheme != "http" && to.Scheme != "https" || to.Host == "" || strings.Trim(to.Path, "/") != "" || to.RawQuery != "" || to.User != nil {
			return fmt.Errorf("--to %s: a URL of scheme and host only, as in http://127.0.0.1:3000", to.Redacted())
		}
	}
	switch {
	case c.Keep < 1:
		return fmt.Errorf("--keep %d: 1 or more", c.Keep)
	case c.ReadyWait < 0:
		return fmt.Errorf("--ready-wait %v: 0 or more", c.ReadyWait)
	case c.ReadyWait > 0 && c.ReadyPath == "":
		return errors.New("--ready-wait needs a --ready-path, where it can be seen")
	case c.ReadyPath != "" && !strings.HasPrefix(c.ReadyPath, "/"):
		return fmt.Errorf("--ready-path %s: it begins with a slash", c.ReadyPath)
	case c.MaxBody < 0:
		return fmt.Errorf("--max-body %d: 0 or more", c.MaxBody)
	case c.Addr == c.ClearAddr && !strings.HasSuffix(c.Addr, ":0"):
		return fmt.Errorf("--clear-addr %s: another one than --addr", c.ClearAddr)
	}
	return nil
}

func (c gatewayCommand) Run(ctx context.Context) error {
	authority, err := devcert.Load()
	if err != nil {
		return err
	}
	certificate, err := authority.Certificate()
	if err != nil {
		return err
	}
	trust, err := trusting(authority)
	if err != nil {
		return err
	}
	on, err := everywhere.Listen(ctx, c.Addr, c.ClearAddr)
	if err != nil {
		return cli.NotListening(err, cli.Flag{Name: "--clear-addr", Addr: c.ClearAddr})
	}
	cli.Listening(on.TLS.Addr())
	cli.Listening(on.Clear.Addr())
	fmt.Printf("trust: --cacert %s\n", authority.Path())
	transport := gateway.Transport(trust)
	transport.MaxIdleConnsPerHost = c.Keep
	defer transport.CloseIdleConnections()
	g := gateway.New("onthewire-"+rand.Text()[:8], c.To, transport)
	g.MaxBody, g.ReadyPath, g.Stopping = c.MaxBody, c.ReadyPath, ctx
	server := g.Server(certificate)
	c.log(g, server)
	draining, cancel := everywhere.Later(ctx, c.ReadyWait)
	defer cancel()
	err = g.Serve(draining, server, on)
	if cut, ok := errors.AsType[*everywhere.Cut](err); ok {
		fmt.Fprintln(os.Stderr, cut)
		return nil
	}
	return err
}

// trusting is for origins with TLS: those that this system trusts, and lesson 05's own.
func trusting(authority *devcert.Authority) (*tls.Config, error) {
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool() // a system that has none
	}
	ours, err := os.ReadFile(authority.Path())
	if err != nil {
		return nil, fmt.Errorf("trust our own authority: %w", err)
	}
	roots.AppendCertsFromPEM(ours)
	return &tls.Config{RootCAs: roots}, nil
}

// log has the gateway tell what it does on standard error.
func (c gatewayCommand) log(g *gateway.Gateway, server *everywhere.Server) {
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	g.Proxy.ErrorLog = slog.NewLogLogger(logger.Handler(), slog.LevelWarn)
	server.TCP.ErrorLog = g.Proxy.ErrorLog
	server.UDP.Logger = logger
	if c.Quiet {
		return
	}
	g.Watch = func(d gateway.Done) {
		r := d.Request // its query may hold what is secret
		facts := []any{"proto", r.Proto, "status", d.Status, "bytes", d.Bytes,
			"took", d.Took.Round(time.Microsecond), "client", r.RemoteAddr, "origin", d.Origin}
		if d.Cut {
			facts = append(facts, "cut", true)
		}
		if d.Err != nil {
			facts = append(facts, "error", d.Err)
		}
		logger.Info(r.Method+" "+r.URL.Path, facts...)
	}
}
