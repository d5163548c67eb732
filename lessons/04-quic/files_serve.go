package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"onthewire/lessons/04-quic/early"
	"onthewire/lessons/04-quic/files/server"
	"onthewire/lessons/04-quic/files/store"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/devcert"
)

// Validate says what makes no sense; kong calls it.
func (c filesServeCommand) Validate() error {
	switch {
	case c.Limit < 0:
		return fmt.Errorf("--limit %d: it cannot be negative", c.Limit)
	case c.Idle <= 0:
		return fmt.Errorf("--idle %v: more than 0", c.Idle)
	case c.Drain < 0:
		return fmt.Errorf("--drain %v: a time cannot be negative", c.Drain)
	}
	return nil
}

func (c filesServeCommand) Run(ctx context.Context) error {
	folder, err := store.Open(c.Root)
	if err != nil {
		return cli.Advise(err, "--root takes a folder that is there")
	}
	defer folder.Close()
	folder.Sync, folder.Limit = c.Sync, c.Limit
	authority, err := devcert.Load()
	if err != nil {
		return err
	}
	certificate, err := authority.Certificate()
	if err != nil {
		return err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	keys, err := early.TicketKeys(filepath.Join(cache, "onthewire", "ticket-keys"))
	if err != nil {
		return err
	}
	tls := server.ServerTLS(certificate)
	tls.SetSessionTicketKeys(keys)
	transport, release, err := c.transport(ctx, c.Addr)
	if err != nil {
		return err
	}
	defer release()
	listener, err := transport.ListenEarly(tls, server.Config())
	if err != nil {
		return err
	}
	cli.Listening(transport.Conn.LocalAddr())
	fmt.Printf("trust: --cacert %s\n", authority.Path())
	s := &server.Server{Folder: folder, ReadOnly: c.ReadOnly, Idle: c.Idle, Drain: c.Drain}
	return s.Serve(ctx, listener)
}
