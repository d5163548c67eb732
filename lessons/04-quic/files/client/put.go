package client

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/files/store"
	"onthewire/lessons/04-quic/files/wire"
)

// Put sends files of a folder. What the server has of one that it has not whole is not sent
// again.
func (c *Client) Put(ctx context.Context, from *store.Folder, names ...string) error {
	return c.each(ctx, names, func(ctx context.Context, name string) error { return c.put(ctx, from, name) })
}

func (c *Client) put(ctx context.Context, from *store.Folder, name string) error {
	share := share{client: c}
	err := c.again(ctx, false, func(stream *quic.Stream) error { return c.send(stream, from, name, &share) })
	if err != nil {
		return fmt.Errorf("put %s: %w", name, err)
	}
	return nil
}

// send sends what the server lacks.
func (c *Client) send(stream *quic.Stream, from *store.Folder, name string, share *share) error {
	file, about, err := from.File(name)
	if err != nil {
		return err
	}
	defer file.Close()
	h := wire.Header{Kind: wire.Put, Name: name, Size: about.Size(), Time: about.ModTime(), Mode: about.Mode().Perm()}
	if err := wire.Write(stream, h); err != nil {
		return err
	}
	answer, err := wire.Read(stream)
	if err == nil {
		err = answer.Err()
	}
	if err != nil {
		return err
	}
	if answer.Kind == wire.Changed {
		c.Say("%s has changed since it was begun, and begins again", name)
	}
	if answer.Size != h.Size {
		return errors.New("the server speaks of another file")
	}
	share.at(answer.Offset, h.Size)
	sent := wire.Send(counted{stream, share}, file, answer.Offset, h.Size, answer.Sum)
	if sent == nil {
		sent = stream.Close()
	}
	// A server that has refused in the middle says why before it stops reading.
	last, err := wire.Read(stream)
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
