// Package twelve counts what the twelve bytes cost on a long link, in the same way for every
// lesson: from the first packet to the last acknowledgement, without the closing.
package twelve

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/stage"
)

// Bytes are what every lesson says.
const Bytes = "hello, wire\n"

// OneWay is the delay of the link, and by far the largest part of what is measured.
const OneWay = 25 * time.Millisecond

// silence is longer than any acknowledgement is delayed. See TCP_DELACK_MAX of Linux.
const silence = 250 * time.Millisecond

// A Cost is what an exchange took.
type Cost struct {
	Packets, Bytes int           // both directions, with their IP headers
	Took           time.Duration // until the answer
	RoundTrips     int           // until then: how often the link was crossed there and back
}

// String is short, so that a row of a lesson fits in 80 columns.
func (c Cost) String() string {
	plural := "s"
	if c.RoundTrips == 1 {
		plural = ""
	}
	return fmt.Sprintf("%d packets, %d bytes, %s, %d round trip%s", c.Packets, c.Bytes, stage.Time(c.Took), c.RoundTrips, plural)
}

// Count opens a link, lets exchange say the twelve bytes on it and wait for the answer, and
// counts until the link is silent. What exchange has returned is closed only then.
func Count(ctx context.Context, exchange func(*lab.Link) (io.Closer, error)) (Cost, error) {
	link, err := lab.Open(lab.Way{Delay: OneWay}, lab.Way{Delay: OneWay})
	if err != nil {
		return Cost{}, err
	}
	defer link.Close()
	t := &traffic{last: time.Now()}
	defer link.Tap(t.see)()
	begun := time.Now()
	open, err := exchange(link)
	if err != nil {
		return Cost{}, err
	}
	defer open.Close()
	c := Cost{Took: time.Since(begun), RoundTrips: t.roundTrips()}
	for left := t.silent(); left > 0; left = t.silent() {
		select {
		case <-time.After(left):
		case <-ctx.Done():
			return c, ctx.Err()
		}
	}
	there, back := link.ToServer.Counts(), link.ToClient.Counts()
	c.Packets, c.Bytes = there.Packets+back.Packets, there.Bytes+back.Bytes
	return c, nil
}

// traffic is what the link has carried so far.
type traffic struct {
	mu       sync.Mutex
	last     time.Time // a packet set out
	toServer bool      // that packet
	turns    int       // how often the direction has changed
}

func (t *traffic) see(p lab.Packet) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if p.ToServer != t.toServer {
		t.turns++
	}
	t.last, t.toServer = p.Time, p.ToServer
}

func (t *traffic) roundTrips() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.turns / 2
}

// silent is how long the link has to be silent yet.
func (t *traffic) silent() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return silence - time.Since(t.last)
}
