package late

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"sync"
	"time"
)

// A call sends frames one way. Each carries its number, by which the receiver knows when it
// was sent.
type call struct {
	send     func(frame []byte) error
	end      func()
	reliable bool // all of them come, some day

	mu   sync.Mutex
	sent [frames]time.Time
	took [frames]time.Duration // 0: it has not come
	here int
	all  chan struct{} // closed when all are here
}

// speak sends the frames at their pace, and waits for the last to come. Where a link has many
// calls, each begins at a moment of its own.
func (c *call) speak(ctx context.Context, after time.Duration) error {
	begin := time.NewTimer(after)
	defer begin.Stop()
	select {
	case <-begin.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	pace := time.NewTicker(apart)
	defer pace.Stop()
	for n := range frames {
		frame := binary.BigEndian.AppendUint32(make([]byte, 0, size), uint32(n))[:size]
		c.mu.Lock()
		c.sent[n] = time.Now()
		c.mu.Unlock()
		if err := c.send(frame); err != nil {
			return fmt.Errorf("send frame %d: %w", n+1, err)
		}
		select {
		case <-pace.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	var over <-chan time.Time
	if !c.reliable {
		over = time.After(4 * oneWay)
	}
	select {
	case <-c.all:
		return nil
	case <-over:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// heard notes a frame that has come.
func (c *call) heard(frame []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := binary.BigEndian.Uint32(frame); n < frames && c.took[n] == 0 {
		c.took[n] = time.Since(c.sent[n])
		if c.here++; c.here == frames {
			close(c.all)
		}
	}
}

// hear reads frames until no more come.
func (c *call) hear(from io.Reader) {
	frame := make([]byte, size)
	for {
		if _, err := io.ReadFull(from, frame); err != nil {
			return
		}
		c.heard(frame)
	}
}

// A tally is what came of all calls of a kind.
type tally struct {
	name        string
	late, never int
}

func (t *tally) add(c *call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, took := range c.took {
		switch {
		case took == 0:
			t.never++
		case took > inTime:
			t.late++
		}
	}
}
