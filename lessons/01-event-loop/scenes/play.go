//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

// Package scenes plays the demo's story: a real server, watched, and its clients. Each scene
// returns what was measured in it.
package scenes

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"onthewire/lessons/01-event-loop/clients"
	"onthewire/lessons/01-event-loop/loop"
	"onthewire/lessons/01-event-loop/sock"
	"onthewire/lessons/01-event-loop/watch"
	"onthewire/lessons/internal/measure"
)

// A Play is a server that runs, and the clients that Connect has connected.
type Play struct {
	clients []clients.Client
	server  *loop.Server
	watch   *watch.Watch
	begun   time.Time
	stop    context.CancelFunc
	served  chan error
}

// Open starts a server. The context that it returns is for the scenes, and ends when the
// server does.
func Open(ctx context.Context) (*Play, context.Context, error) {
	server, err := loop.Listen(ctx, "127.0.0.1:0", 1)
	if err != nil {
		return nil, nil, err
	}
	p := &Play{server: server, watch: watch.New(), begun: time.Now(), served: make(chan error, 1)}
	server.Trace = p.watch.Call
	ctx, p.stop = context.WithCancel(ctx)
	go func() {
		p.served <- server.Run(ctx)
		p.stop() // whoever waits for it need not wait any longer
	}()
	return p, ctx, nil
}

// Addr is where the server listens.
func (p *Play) Addr() netip.AddrPort { return p.server.Addr() }

// Close closes the clients and the server, and returns why the server failed, if it did.
func (p *Play) Close() error {
	for _, c := range p.clients {
		c.Close()
	}
	p.stop()
	err := <-p.served
	if _, cut := errors.AsType[*sock.Cut](err); cut { // it has stopped, as it was told
		return nil
	}
	return err
}

// A Cost is what the loop has used since it began.
type Cost struct {
	Waits, Writes int           // system calls
	CPU           time.Duration // of its thread
	CPUKnown      bool          // whether this system tells
	Took          time.Duration
}

// Cost waits until the loop's thread uses no more processor time.
func (p *Play) Cost() Cost {
	thread := 0
	p.watch.See(func(seen *watch.Seen) { thread = seen.Thread })
	var c Cost
	for {
		before, _ := measure.ThreadCPU(thread)
		time.Sleep(5 * time.Millisecond)
		c.CPU, c.CPUKnown = measure.ThreadCPU(thread)
		if c.CPU == before {
			break
		}
	}
	p.watch.See(func(seen *watch.Seen) { c.Waits, c.Writes = seen.Waits, seen.Writes })
	c.Took = time.Since(p.begun)
	return c
}
