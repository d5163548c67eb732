// Package migrate keeps one connection while its client changes its address.
//
// Read it in this order: feed.go (what is under way meanwhile), path.go (a client that moves),
// nat.go (one that is moved, without its knowing), tcp.go (what is left to do over TCP),
// pair.go and watch.go (a feed between two ends, and what these say about paths).
package migrate

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"
)

// Block is what a server sends at a time: the twelve bytes, a hundred times.
var Block = bytes.Repeat([]byte("hello, wire\n"), 100)

// A Feed sends so many blocks at a steady pace, as a live stream does.
type Feed struct {
	Blocks int
	Every  time.Duration
}

// A Stream is one of QUIC's, or a TCP connection.
type Stream interface {
	io.ReadWriter
	SetDeadline(time.Time) error
}

// Send sends the feed. look is called with each block.
func (f Feed) Send(ctx context.Context, to Stream, look func()) error {
	defer context.AfterFunc(ctx, func() { to.SetDeadline(time.Now()) })()
	pace := time.NewTicker(f.Every)
	defer pace.Stop()
	for n := range f.Blocks {
		look()
		if _, err := to.Write(Block); err != nil {
			return fmt.Errorf("send block %d: %w", n+1, err)
		}
		<-pace.C
	}
	return nil
}

// Received is what has come of a feed.
type Received struct {
	Bytes          int
	Before, Across time.Duration // the longest wait for a block until the change, and from it on
}

// Receive reads the feed to its end. When half of it is here it calls change, and goes on
// reading meanwhile.
func (f Feed) Receive(ctx context.Context, from Stream, change func() error) (got Received, err error) {
	defer context.AfterFunc(ctx, func() { from.SetDeadline(time.Now()) })()
	block := make([]byte, len(Block))
	changed := make(chan error, 1)
	longest := &got.Before
	var last time.Time
	for n := range f.Blocks {
		if n == f.Blocks/2 {
			longest = &got.Across
			go func() { changed <- change() }()
		}
		if _, err := io.ReadFull(from, block); err != nil {
			return got, fmt.Errorf("receive block %d: %w", n+1, err)
		}
		if !bytes.Equal(block, Block) {
			return got, fmt.Errorf("receive block %d: other bytes than were sent", n+1)
		}
		now := time.Now()
		if n > 0 {
			*longest = max(*longest, now.Sub(last))
		}
		last = now
		got.Bytes += len(block)
	}
	return got, <-changed
}
