package client

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"

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

// longestList is how many files a list may have. Each takes some 150 bytes of our memory.
const longestList = 1_000_000

// List tells which files there are below a name, a folder's or a file's. What the server cannot
// give of them is said, and left out.
func (c *Client) List(ctx context.Context, name string) (files []wire.Header, err error) {
	share := share{client: c}
	err = c.again(ctx, true, &share, func(stream *wire.Stream) error {
		files = nil
		return c.list(stream, name, &share, func(h wire.Header) { files = append(files, h) })
	})
	return files, err
}

// list tells of each file as its header comes.
func (c *Client) list(stream *wire.Stream, name string, share *share, tell func(wire.Header)) error {
	if err := stream.Send(wire.Header{Kind: wire.List, Name: name}); err != nil {
		return err
	}
	var left error // what cannot be had: alone it is the answer, with others it is said
	for files := 0; ; {
		h, err := stream.Header()
		if left != nil && (err == nil || files > 0) {
			c.Say("left out: %v", left)
			left = nil
		}
		switch {
		case err == io.EOF:
			return left
		case err != nil:
			return err
		case files == longestList:
			return fmt.Errorf("more than %d files", longestList)
		}
		share.progress(1)
		if left = h.Err(); left != nil {
			continue
		}
		if err := listed(name, h.Name); err != nil { // a server could say what it likes
			return err
		}
		files++
		tell(h)
	}
}

// listed tells whether something may be in the list of a name: whoever asks for a folder wants
// nothing beside it.
func listed(name, file string) error {
	if name != "." && file != name && !strings.HasPrefix(file, name+"/") {
		return fmt.Errorf("the server's list of %q has %q in it, which is not below", name, file)
	}
	return store.CheckName(file)
}
