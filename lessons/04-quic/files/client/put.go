package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/files/store"
	"onthewire/lessons/04-quic/files/wire"
)

// Put sends files of a folder. What the server has of one that it has not whole is not sent
// again.
func (c *Client) Put(ctx context.Context, from *store.Folder, names ...string) error {
	return c.each(ctx, "put", slices.Values(names), func(name string) error {
		share := share{client: c}
		return c.again(ctx, false, &share, func(stream *wire.Stream) error { return c.send(stream, from, name, &share) })
	})
}

// send sends what the server lacks.
func (c *Client) send(stream *wire.Stream, from *store.Folder, name string, share *share) error {
	file, about, err := from.File(name)
	if err != nil {
		return err
	}
	defer file.Close()
	h := wire.Header{Kind: wire.Put, Name: name, Size: about.Size(), Time: about.ModTime(), Mode: about.Mode().Perm()}
	if err := stream.Send(h); err != nil {
		return err
	}
	answer, err := stream.Header()
	if err == nil {
		err = answer.Err()
	}
	if err != nil {
		return err
	}
	if answer.Size != h.Size || answer.Name != h.Name || answer.Kind == wire.Changed && answer.Offset > 0 {
		return fmt.Errorf("the server speaks of byte %d of %d of %q", answer.Offset, answer.Size, answer.Name)
	}
	if answer.Kind == wire.Changed {
		c.changed(name)
	}
	share.at(answer.Offset, h.Size)
	sent := wire.SendFile(counted{stream, share}, file, about, answer.Offset, answer.Sum)
	if errors.Is(sent, wire.ErrChanged) {
		c.changed(name)
	}
	if _, stopped := errors.AsType[*quic.StreamError](sent); sent != nil && !stopped {
		return sent
	}
	// A server that has refused in the middle says why before it stops reading.
	last, err := stream.Header()
	if err == nil {
		err = last.Err()
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if sent != nil && err == nil {
		err = sent
	}
	return err
}
