//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package load

import (
	"context"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"golang.org/x/sys/unix"

	"onthewire/lessons/01-event-loop/poller"
)

const (
	batch   = 1024                   // events a wait, at most
	buffer  = 64 << 10               // bytes a read, at most
	turn    = 100 * time.Millisecond // how long a wait may last: then we look at the clock, and at ctx
	soon    = time.Second            // the same while a reader wants to stop
	slowest = time.Minute            // round trip that a histogram can tell from a slower one
)

var answerTimeout = 5 * time.Second // how long a server may leave everybody waiting; shorter in tests

// Clients are connected, all of them. They belong to one goroutine.
type Clients struct {
	// Progress, if not nil, is told once a second what has been answered so far.
	Progress func(answered int)

	plan    Plan
	poller  *poller.Poller
	conns   map[int]*conn // by descriptor
	refused int
	buf     []byte

	// The run under way.
	result   Result
	begun    time.Time
	moved    time.Duration // since begun: when an answer last arrived
	sending  bool          // new messages follow the answered ones
	underWay int           // messages sent and not answered
}

// Opened is how many clients are connected.
func (c *Clients) Opened() int { return len(c.conns) }

// Run sends messages on all connections for so long, or until ctx is done, and then waits
// until the last is answered. It gives up on a server that answers nobody for 5 seconds.
// It may be called again after a run without faults.
func (c *Clients) Run(ctx context.Context, long time.Duration) (Result, error) {
	c.result = Result{RoundTrips: hdrhistogram.New(1, slowest.Nanoseconds(), 3)}
	c.result.Faults.Refused = c.refused
	c.begun, c.moved, c.sending = time.Now(), 0, true
	for _, conn := range c.conns {
		c.advance(conn, c.since())
	}
	err := c.serve(ctx, long)
	c.result.Took = c.moved
	c.result.Faults.Unanswered += c.underWay
	return c.result, err
}

func (c *Clients) serve(ctx context.Context, long time.Duration) error {
	events := make([]poller.Event, batch)
	told, giveUp := time.Second, long+answerTimeout
	for len(c.conns) > 0 && (c.sending || c.underWay > 0) {
		n, err := c.poller.Wait(events, turn)
		if err != nil {
			return err
		}
		for _, ev := range events[:n] {
			c.handle(ev)
		}
		now := c.since()
		if c.sending && (now >= long || ctx.Err() != nil) {
			c.sending = false
			if ctx.Err() != nil {
				giveUp = now + soon
			}
		}
		if now >= giveUp || now-c.moved >= answerTimeout {
			return nil
		}
		if c.Progress != nil && now >= told {
			told = now + time.Second
			c.Progress(c.result.Answered)
		}
	}
	return nil
}

func (c *Clients) since() time.Duration { return time.Since(c.begun) }

// Close ends all connections.
func (c *Clients) Close() {
	for fd := range c.conns {
		unix.Close(fd)
	}
	clear(c.conns)
	c.poller.Close()
}
