package main

import (
	"context"
	"errors"
	"fmt"

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
	missing, there, err := c.missing(ctx, v, into)
	if err != nil {
		return v.advise(err)
	}
	return v.transfer(ctx, missing, there, func() error { return v.Get(ctx, into, names(missing)...) })
}

// missing are the files that are not there yet with the same size and time, and how many are.
func (c filesGetCommand) missing(ctx context.Context, v *visit, into *store.Folder) (missing []wire.Header, there int, err error) {
	seen := map[string]bool{}
	lists, errs := v.Lists(ctx, c.Names...)
	for i, files := range lists {
		if errs[i] != nil {
			return nil, 0, fmt.Errorf("get %s: %w", c.Names[i], errs[i])
		}
		for _, f := range files {
			switch {
			case seen[f.Name]: // named twice, as in get . a.txt
			case into.Has(f.Name, f.Size, f.Time):
				there++
			default:
				missing = append(missing, f)
			}
			seen[f.Name] = true
		}
	}
	return missing, there, nil
}

func names(files []wire.Header) (names []string) {
	for _, f := range files {
		names = append(names, f.Name)
	}
	return names
}
