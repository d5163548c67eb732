//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package scenes

import (
	"context"

	"onthewire/lessons/01-event-loop/clients"
	"onthewire/lessons/01-event-loop/watch"
)

// GluttonSends is how many bytes a Glutton sends.
const GluttonSends = 16 << 20

// A Glutton has sent without reading, until the loop stopped reading from it.
type Glutton struct {
	Taken int // bytes, that the kernel took from the loop
	Held  int // bytes, that the loop holds; none if the kernel took them all

	client clients.Client
	play   *Play
	sent   chan error
}

// Glutton connects one more client than there are.
func (p *Play) Glutton(ctx context.Context) (*Glutton, error) {
	client, err := clients.Dial(ctx, p.Addr())
	if err != nil {
		return nil, err
	}
	g := &Glutton{client: client, play: p, sent: make(chan error, 1)}
	go func() { g.sent <- client.Send(GluttonSends) }()
	if !p.watch.Until(ctx, func(seen *watch.Seen) bool {
		if len(seen.Clients) > len(p.clients) {
			t := seen.Clients[len(p.clients)]
			g.Taken, g.Held = t.Written, t.Held()
		}
		return g.Held >= p.server.MaxPending || g.Taken == GluttonSends
	}) {
		client.Close()
		return nil, ctx.Err()
	}
	return g, nil
}

// Close hangs up.
func (g *Glutton) Close() { g.client.Close() }

// Read reads all at last and checks it, and hangs up.
func (g *Glutton) Read(ctx context.Context) error {
	if err := g.client.Receive(GluttonSends); err != nil {
		return err
	}
	if err := <-g.sent; err != nil {
		return err
	}
	g.Close()
	g.play.watch.Until(ctx, func(seen *watch.Seen) bool { return seen.Closed == 1 })
	return ctx.Err()
}
