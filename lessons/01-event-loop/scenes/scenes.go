//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package scenes

import (
	"context"
	"fmt"
	"time"

	"onthewire/lessons/01-event-loop/clients"
	"onthewire/lessons/01-event-loop/watch"
)

// Connect connects n clients, and returns when the loop has accepted them all.
func (p *Play) Connect(ctx context.Context, n int) (err error) {
	p.clients, err = clients.Connect(ctx, p.Addr(), n)
	if err != nil {
		return err
	}
	if !p.watch.Until(ctx, func(seen *watch.Seen) bool { return len(seen.Clients) == n }) {
		return ctx.Err()
	}
	return nil
}

// Silence is what the loop uses in a second in which no client says a word.
func (p *Play) Silence(ctx context.Context) (Cost, error) {
	before := p.Cost()
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return Cost{}, ctx.Err()
	}
	after := p.Cost()
	after.Waits, after.Writes, after.CPU = after.Waits-before.Waits, after.Writes-before.Writes, after.CPU-before.CPU
	return after, nil
}

// A Talk is one message of one client, as client and loop have seen it.
type Talk struct {
	Registered    int // descriptors that the kernel watches: clients, listener, waker
	Ready         int // of them, when the message was there
	Read, Written int // bytes
	Took          time.Duration
}

// Talk lets one client say the twelve bytes.
func (p *Play) Talk(ctx context.Context, client int) (t Talk, err error) {
	t.Registered = len(p.clients) + 2
	if t.Took, err = p.clients[client].Echo(); err != nil {
		return t, err
	}
	p.watch.Until(ctx, func(seen *watch.Seen) bool { // the answer may be here before the loop has said so
		traffic := seen.Clients[client]
		t.Ready, t.Read, t.Written = seen.Ready, traffic.LastRead, traffic.LastWritten
		return traffic.Written == len(clients.Message)
	})
	return t, ctx.Err()
}

// Slowest lets the clients say n messages, one after the other, and returns the longest
// round trip.
func (p *Play) Slowest(n int) (slowest time.Duration, err error) {
	for i := range n {
		took, err := p.clients[i%len(p.clients)].Echo()
		if err != nil {
			return 0, err
		}
		slowest = max(slowest, took)
	}
	return slowest, nil
}

// Resets lets n clients speak and hang up at once. The loop has closed so many then, and has
// answered so many others.
func (p *Play) Resets(ctx context.Context, n int) (closed, answered int, err error) {
	before := 0
	p.watch.See(func(seen *watch.Seen) { before = seen.Closed })
	for _, c := range p.clients[:n] {
		if err := c.Reset(); err != nil {
			return 0, 0, err
		}
	}
	if !p.watch.Until(ctx, func(seen *watch.Seen) bool {
		closed = seen.Closed - before
		return closed >= n
	}) {
		return 0, 0, ctx.Err()
	}
	p.clients = p.clients[n:]
	for _, c := range p.clients {
		if _, err := c.Echo(); err != nil {
			return 0, 0, fmt.Errorf("after the resets: %w", err)
		}
		answered++
	}
	return closed, answered, nil
}
