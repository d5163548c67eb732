package client

import (
	"context"
	"io"
	"sync"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/files/store"
	"onthewire/lessons/04-quic/files/wire"
)

// Lists asks about several names at once. Each has a list or an error.
func (c *Client) Lists(ctx context.Context, names ...string) (files [][]wire.Header, errs []error) {
	files, errs = make([][]wire.Header, len(names)), make([]error, len(names))
	var wait sync.WaitGroup
	for i, name := range names {
		wait.Go(func() { files[i], errs[i] = c.List(ctx, name) })
	}
	wait.Wait()
	return files, errs
}

// List tells which files there are below a name, a folder's or a file's.
func (c *Client) List(ctx context.Context, name string) (files []wire.Header, err error) {
	err = c.again(ctx, true, func(stream *quic.Stream) error {
		files = nil
		if err := ask(stream, wire.Header{Kind: wire.List, Name: name}); err != nil {
			return err
		}
		for {
			h, err := wire.Read(stream)
			if err == io.EOF {
				return nil
			} else if err != nil {
				return err
			} else if err := h.Err(); err != nil {
				return err
			}
			if store.CheckName(h.Name) == nil { // a server could say what it likes
				files = append(files, h)
			}
		}
	})
	return files, err
}
