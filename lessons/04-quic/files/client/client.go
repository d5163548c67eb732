// Package client fetches files and sends them, many at once over one connection, which it
// makes again when it breaks.
//
// Read it in this order: client.go (many files), again.go (one file, as often as it takes),
// connection.go (the connection, as often as it takes), list.go, get.go, all.go (gets while the
// list still comes), put.go, share.go (how far they have come).
package client

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"github.com/quic-go/quic-go"
)

// A Client is somebody's at a server. When it has given up the connection, it stays so.
type Client struct {
	// Dial connects. It may return before the handshake is over (quic.Transport.DialEarly).
	Dial func(context.Context) (*quic.Conn, error)

	// Retry is how long we try again without a byte that moves; 0: not at all.
	Retry time.Duration

	// Idle is how long a stream may be without a byte that moves.
	Idle time.Duration

	// Say hears what a person would want to know: that a file begins again, that the connection
	// is gone. It may be called by several goroutines.
	Say func(format string, args ...any)

	Bytes atomic.Int64 // that have moved so far
	Have  atomic.Int64 // bytes of the files that are where they should be, also those that were there before
	Files atomic.Int64 // that are there whole

	progress atomic.Int64 // grows whenever the other side has something that it had not
	link     link
}

// atOnce is how many files are on their way at a time. The server allows a thousand streams,
// and each file needs a descriptor.
const atOnce = 1000

// each does something with every name, many at once, and tells what went wrong.
func (c *Client) each(ctx context.Context, what string, names iter.Seq[string], do func(name string) error) error {
	var (
		wait   sync.WaitGroup
		mu     sync.Mutex
		first  error
		failed int
		all    int
		free   = make(chan struct{}, atOnce)
	)
	for name := range names {
		all++
		select {
		case free <- struct{}{}:
		case <-ctx.Done():
		}
		if ctx.Err() != nil || c.givenUp() != nil {
			break
		}
		wait.Go(func() {
			defer func() { <-free }()
			if err := do(name); err != nil {
				mu.Lock()
				defer mu.Unlock()
				if failed++; failed == 1 {
					first = fmt.Errorf("%s %s: %w", what, name, err)
				}
				return
			}
			c.Files.Add(1)
			c.progress.Add(1)
		})
	}
	wait.Wait()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case c.givenUp() != nil:
		return c.givenUp()
	case failed > 1:
		return fmt.Errorf("%d of %d files failed; the first: %w", failed, all, first)
	}
	return first
}
