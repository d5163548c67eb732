package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"onthewire/lessons/05-http/everywhere"
	"onthewire/lessons/05-http/site"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/devcert"
)

type serveCommand struct {
	Addr      string        `default:"127.0.0.1:8443" help:"HOST:PORT for TLS and QUIC; port 0 takes a free one."`
	ClearAddr string        `default:"127.0.0.1:8444" help:"HOST:PORT for HTTP/1.1 and HTTP/2 in the clear."`
	Files     string        `placeholder:"DIR" help:"The folder below /files/. By default there is none."`
	ReadyWait time.Duration `default:"0s" help:"How long /ready says no before the server stops to accept, so that a load balancer has heard of it."`
	Quiet     bool          `short:"q" help:"Log no requests."`
}

// Validate says what makes no sense; kong calls it.
func (c serveCommand) Validate() error {
	if c.ReadyWait < 0 {
		return fmt.Errorf("--ready-wait %v: 0 or more", c.ReadyWait)
	}
	if c.Addr == c.ClearAddr && !strings.HasSuffix(c.Addr, ":0") {
		return fmt.Errorf("--clear-addr %s: another one than --addr", c.ClearAddr)
	}
	return nil
}

func (c serveCommand) Run(ctx context.Context) error {
	authority, err := devcert.Load()
	if err != nil {
		return err
	}
	certificate, err := authority.Certificate()
	if err != nil {
		return err
	}
	draining, cancel := everywhere.Later(ctx, c.ReadyWait)
	defer cancel()
	content := &site.Site{Stopping: ctx, Draining: draining}
	if c.Files != "" {
		if content.Files, err = os.OpenRoot(c.Files); err != nil {
			return cli.Advise(fmt.Errorf("serve files: %w", err), "--files is the path of a folder")
		}
		defer content.Files.Close()
	}
	on, err := everywhere.Listen(ctx, c.Addr, c.ClearAddr)
	if err != nil {
		return cli.NotListening(err, cli.Flag{Name: "--clear-addr", Addr: c.ClearAddr})
	}
	cli.Listening(on.TLS.Addr())
	cli.Listening(on.Clear.Addr())
	fmt.Printf("trust: --cacert %s\n", authority.Path())
	server := everywhere.New(content.Handler(), certificate)
	c.log(server)
	err = server.Serve(draining, on)
	if cut, ok := errors.AsType[*everywhere.Cut](err); ok {
		fmt.Fprintln(os.Stderr, cut)
		return nil
	}
	return err
}

// log has the server tell what it does on standard error.
func (c serveCommand) log(server *everywhere.Server) {
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	server.TCP.ErrorLog = slog.NewLogLogger(logger.Handler(), slog.LevelWarn)
	server.UDP.Logger = logger
	if c.Quiet {
		return
	}
	server.Watch = func(a everywhere.Answered) {
		r := a.Request // its query may hold what is secret
		logger.Info(r.Method+" "+r.URL.Path, "proto", r.Proto, "status", a.Status, "bytes", a.Bytes,
			"took", a.Took.Round(time.Microsecond), "client", r.RemoteAddr)
	}
}
