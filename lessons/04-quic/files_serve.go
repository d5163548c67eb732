package main

import (
	"context"
	"fmt"
	"time"

	"onthewire/lessons/04-quic/files/server"
	"onthewire/lessons/04-quic/files/store"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/devcert"
)

type filesServeCommand struct {
	filesSocket
	Root       string        `default:"." help:"The folder to serve. Nothing outside of it can be reached."`
	Addr       string        `default:"127.0.0.1:5001" help:"HOST:PORT to listen on; port 0 takes a free one."`
	ReadOnly   bool          `help:"Take no files."`
	Limit      int64         `placeholder:"BYTES" help:"How long a file sent to us may be; 0: no limit."`
	Sync       bool          `default:"true" negatable:"" help:"Have a file on the disk before it gets its name. Only who measures would not."`
	Idle       time.Duration `default:"30s" help:"How long a file may be without a byte that moves."`
	Drain      time.Duration `default:"4s" help:"How long stopping may take; a file that is not through by then goes on another time."`
	TicketKeys string        `placeholder:"FILE" help:"The keys of session tickets, so that they are good after a restart too. By default ticket-keys in this user's cache folder."`
}

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
	keys, err := (serveCommand{TicketKeys: c.TicketKeys}).ticketKeys()
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
