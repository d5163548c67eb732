package client

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/files/store"
	"onthewire/lessons/04-quic/files/wire"
)

// Get fetches files into a folder. What is there of one that has not come whole is not
// fetched again.
func (c *Client) Get(ctx context.Context, into *store.Folder, names ...string) error {
	return c.each(ctx, "get", slices.Values(names), func(name string) error { return c.get(ctx, into, name) })
}

func (c *Client) get(ctx context.Context, into *store.Folder, name string) error {
	var part *store.Part
	defer func() {
		if part != nil {
			part.Keep()
		}
	}()
	share := share{client: c, arrives: true}
	return c.again(ctx, true, &share, func(stream *wire.Stream) (err error) {
		if part == nil {
			if part, err = into.Begin(name); err != nil {
				return err
			}
		}
		sum, err := c.fetch(stream, part, name, &share)
		if err != nil {
			return err
		}
		err = part.Commit(sum)
		part = nil // also where it had to be thrown away
		return err
	})
}

// fetch brings what a part lacks.
func (c *Client) fetch(stream *wire.Stream, part *store.Part, name string, share *share) (sum [sha256.Size]byte, err error) {
	h := wire.Header{Kind: wire.Get, Name: name}
	if part.Offset() > 0 {
		h.Offset, h.Size, h.Time, h.Sum = part.Offset(), part.About().Size, part.About().Time, part.Sum()
	}
	if err := stream.Send(h); err != nil {
		return sum, err
	}
	answer, err := stream.Header()
	if err == nil {
		err = answered(h, answer)
	}
	if err != nil {
		return sum, err
	}
	restarted, err := part.Expect(store.About{Size: answer.Size, Time: answer.Time, Mode: answer.Mode})
	if err != nil {
		return sum, err
	} else if restarted {
		c.changed(name)
	}
	share.at(part.Offset(), answer.Size)
	err = wire.ReceiveFile(counted{part, share}, stream, answer.Size-answer.Offset)
	if err == nil {
		sum, err = stream.Sum(answer.Offset)
	}
	if reset, ok := errors.AsType[*quic.StreamError](err); ok && reset.ErrorCode == wire.FileChanged {
		c.changed(name)
		if err = part.Forget(); err == nil {
			err = wire.ErrChanged
		}
	}
	return sum, err
}

// answered tells whether an answer is one to what we have asked for.
func answered(asked, answer wire.Header) error {
	if err := answer.Err(); err != nil {
		return err
	}
	same := asked.Size == answer.Size && asked.Time.Equal(answer.Time)
	switch {
	case answer.Name != asked.Name:
		return fmt.Errorf("the server answers with %q", answer.Name)
	case answer.Kind == wire.OK && answer.Offset == asked.Offset && (asked.Offset == 0 || same):
		return nil
	case answer.Kind == wire.Changed && answer.Offset == 0 && asked.Offset > 0 && !same:
		return nil
	}
	return fmt.Errorf("the server goes on from byte %d of %d, and we have %d of %d", answer.Offset, answer.Size, asked.Offset, asked.Size)
}

func (c *Client) changed(name string) {
	c.Say("%s has changed since it was begun, and begins again", name)
}
