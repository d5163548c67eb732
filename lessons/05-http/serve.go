package main

import (
	"context"
	"fmt"

	"onthewire/lessons/05-http/everywhere"
	"onthewire/lessons/05-http/site"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/devcert"
)

type serveCommand struct {
	Addr      string `default:"127.0.0.1:8443" help:"HOST:PORT for TLS and QUIC; port 0 takes a free one."`
	ClearAddr string `default:"127.0.0.1:8444" help:"HOST:PORT in the clear."`
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
	on, err := everywhere.Listen(ctx, c.Addr, c.ClearAddr)
	if err != nil {
		return cli.NotListening(err)
	}
	cli.Listening(on.TLS.Addr())
	cli.Listening(on.Clear.Addr())
	fmt.Printf("trust: --cacert %s\n", authority.Path())
	return everywhere.New(new(site.Site).Handler(), certificate).Serve(ctx, on)
}
