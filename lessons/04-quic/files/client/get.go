package client

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/files/server"
	"onthewire/lessons/04-quic/files/store"
	"onthewire/lessons/04-quic/files/wire"
)

// ask is all that a client says where it only wants something.
func ask(stream *quic.Stream, h wire.Header) error {
	if err := wire.Write(stream, h); err != nil {
		return err
	}
	return stream.Close()
}

// Get fetches files into a folder. What is there of one that has not come whole is not
// fetched again.
func (c *Client) Get(ctx context.Context, into *store.Folder, names ...string) error {
	return c.each(ctx, names, func(ctx context.Context, name string) error { return c.get(ctx, into, name) })
}

func (c *Client) get(ctx context.Context, into *store.Folder, name string) error {
	part, err := into.Begin(name)
	if err != nil {
		return fmt.Errorf("get %s: %w", name, err)
	}
	var sum [sha256.Size]byte
	share := share{client: c}
	err = c.again(ctx, true, func(stream *quic.Stream) error {
		sum, err = c.fetch(stream, part, name, &share)
		return err
	})
	if err != nil {
		return errors.Join(fmt.Errorf("get %s: %w", name, err), part.Keep())
	}
	if err := part.Commit(sum); err != nil {
		return fmt.Errorf("get %s: %w", name, err)
	}
	return nil
}

// fetch brings what a part lacks.
func (c *Client) fetch(stream *quic.Stream, part *store.Part, name string, share *share) (sum [sha256.Size]byte, err error) {
	h := wire.Header{Kind: wire.Get, Name: name}
	if part.Offset() > 0 {
		h.Offset, h.Size, h.Time, h.Sum = part.Offset(), part.About().Size, part.About().Time, part.Sum()
	}
	if err := ask(stream, h); err != nil {
		return sum, err
	}
	answer, err := wire.Read(stream)
	if err == nil {
		err = answer.Err()
	}
	if err != nil {
		return sum, err
	}
	if answer.Offset != part.Offset() || part.Offset() == 0 {
		if part.Offset() > 0 {
			c.Say("%s has changed since it was begun, and begins again", name)
		}
		if err := part.Restart(store.About{Size: answer.Size, Time: answer.Time, Mode: answer.Mode}); err != nil {
			return sum, err
		}
	}
	share.at(part.Offset(), answer.Size)
	_, err = io.CopyN(counted{part, share}, stream, answer.Size-answer.Offset)
	if err == nil {
		_, err = io.ReadFull(stream, sum[:])
	}
	if reset, ok := errors.AsType[*quic.StreamError](err); ok && reset.ErrorCode == server.CodeChanged {
		c.Say("%s has changed since it was begun, and begins again", name)
		if err := part.Restart(store.About{}); err != nil {
			return sum, err
		}
	}
	return sum, err
}
