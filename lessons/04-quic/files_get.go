package main

import (
	"context"
	"errors"

	"onthewire/lessons/04-quic/files/store"
	"onthewire/lessons/04-quic/files/wire"
	"onthewire/lessons/internal/cli"
)

type filesGetCommand struct {
	filesClient
	Names []string `arg:"" name:"name" help:"Files and folders of the server; . is all of them."`
	Into  string   `short:"o" name:"into" default:"." placeholder:"FOLDER" help:"The folder in which to put them."`
	Sync  bool     `default:"true" negatable:"" help:"Have a file on the disk before it gets its name. Only who measures would not."`
}

func (c filesGetCommand) Run(ctx context.Context) (err error) {
	into, err := store.Open(c.Into)
	if err != nil {
		return cli.Advise(err, "-o takes a folder that is there")
	}
	defer into.Close()
	into.Sync = c.Sync
	v, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	var p plan
	return v.transfer(ctx, &p, func() error {
		return v.GetAll(ctx, into, func(f wire.Header) bool {
			// The same size and time: most likely the same bytes.
			return p.add(f, into.Has(f.Name, f.Size, f.Time))
		}, c.Names...)
	})
}
