package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"onthewire/lessons/04-quic/files/store"
	"onthewire/lessons/04-quic/files/wire"
	"onthewire/lessons/internal/cli"
)

type filesPutCommand struct {
	filesClient
	Files []string `arg:"" name:"file" help:"Files and folders to send. They keep their names, without the folders above."`
}

func (c filesPutCommand) Run(ctx context.Context) (err error) {
	v, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	batches, err := gather(c.Files)
	if err != nil {
		return err
	}
	var p plan
	for _, b := range batches {
		defer b.from.Close()
		for _, err := range b.left {
			v.Say("left out: %v", err)
		}
		if err := b.skip(ctx, v, &p); err != nil {
			return v.advise(err)
		}
	}
	return v.transfer(ctx, &p, func() (failed error) {
		for _, b := range batches {
			failed = errors.Join(failed, v.Put(ctx, b.from, names(b.files)...))
		}
		return failed
	})
}

// A batch is what there is to send from below one folder.
type batch struct {
	from  *store.Folder
	named []string // in it, by the person
	files []wire.Header
	left  []error // why others cannot be sent
}

// gather finds the files that a person has named.
func gather(paths []string) (batches []*batch, err error) {
	folders := map[string]*batch{}
	for _, path := range paths {
		absolute, err := filepath.Abs(path)
		if err != nil {
			return nil, fmt.Errorf("put %s: %w", path, err)
		}
		dir, name := filepath.Split(absolute)
		b := folders[dir]
		if b == nil {
			from, err := store.Open(dir)
			if err != nil {
				return nil, fmt.Errorf("put %s: %w", path, err)
			}
			b = &batch{from: from}
			folders[dir], batches = b, append(batches, b)
		}
		if err := b.add(name); err != nil {
			return nil, cli.Advise(fmt.Errorf("put %s: %w", path, err), "it takes regular files, and folders with some")
		}
	}
	return batches, nil
}

// add takes a file, or all below a folder.
func (b *batch) add(name string) error {
	before := len(b.files)
	var left []error
	err := b.from.Walk(name, func(name string, about fs.FileInfo, err error) error {
		if err != nil {
			left = append(left, err)
			return nil
		}
		b.files = append(b.files, wire.Header{Name: name, Size: about.Size(), Time: about.ModTime()})
		return nil
	})
	if err == nil && len(b.files) == before {
		err = errors.New("there is no regular file")
		if len(left) > 0 {
			err = left[0]
		}
	}
	b.left = append(b.left, left...)
	b.named = append(b.named, name)
	return err
}

// skip forgets the files that the server has with the same size and time.
func (b *batch) skip(ctx context.Context, v *visit, p *plan) error {
	lists, errs := v.Lists(ctx, b.named...)
	has := map[string]wire.Header{}
	for i, files := range lists {
		if refusal, ok := errors.AsType[*wire.Refusal](errs[i]); ok && refusal.Kind == wire.NotFound {
			continue
		} else if errs[i] != nil {
			return fmt.Errorf("put %s: %w", b.named[i], errs[i])
		}
		for _, f := range files {
			has[f.Name] = f
		}
	}
	var missing []wire.Header
	for _, f := range b.files {
		other, ok := has[f.Name]
		if p.add(f, ok && other.Size == f.Size && other.Time.Equal(f.Time)) {
			missing = append(missing, f)
		}
	}
	b.files = missing
	return nil
}

func names(files []wire.Header) (names []string) {
	for _, f := range files {
		names = append(names, f.Name)
	}
	return names
}
