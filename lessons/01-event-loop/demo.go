package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"time"

	"onthewire/lessons/01-event-loop/loop"
	"onthewire/lessons/01-event-loop/poller"
	"onthewire/lessons/internal/stage"
)

const (
	gluttony = 16 << 20 // bytes
	spare    = 64       // descriptors that are no client's
)

type demoCommand struct {
	Clients int `default:"1000" help:"How many clients to connect (${default})."`
}

func (c demoCommand) Validate() error {
	if c.Clients < 20 {
		return fmt.Errorf("--clients %d: the story needs at least 20", c.Clients)
	}
	return nil
}

func (c demoCommand) Run(ctx context.Context) error {
	s := stage.New(os.Stdout)
	server, err := loop.Listen(ctx, "127.0.0.1:0", 1)
	if errors.Is(err, errors.ErrUnsupported) {
		s.Say("%v.", err)
		return nil
	}
	if err != nil {
		return err
	}
	w := newWatch()
	server.Trace = w.call

	serving, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- server.Run(serving) }()
	err = demo(serving, s, server, w, c.Clients)
	stop()
	if failed := <-served; failed != nil {
		return failed
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

func demo(ctx context.Context, s *stage.Stage, server *loop.Server, w *watch, n int) error {
	begun := time.Now()
	asked := n
	if most := (maxDescriptors() - spare) / 2; n > most { // both ends of a connection are ours
		n = max(most, 20)
	}
	s.Title("LESSON 1", fmt.Sprintf("One thread, %s clients", stage.Count(n)),
		fmt.Sprintf("%v · %s · 1 thread", server.Addr(), poller.Mechanism))
	if n < asked {
		s.Say("This process may open %s descriptors (ulimit -n), so %s clients must do instead of %s.",
			stage.Number(maxDescriptors()), stage.Number(n), stage.Number(asked))
	}

	clients, err := connect(ctx, server.Addr(), n)
	defer clients.close()
	if err != nil {
		return err
	}
	for _, step := range []func(context.Context, *stage.Stage, *loop.Server, *watch, crowd) error{
		silence, twelveBytes, glutton, resets, waking,
	} {
		if err := step(ctx, s, server, w, clients); err != nil {
			return err
		}
	}

	cpu, known, waits := w.asleep()
	used := ""
	if known {
		used = fmt.Sprintf(" and %s of CPU", stage.Time(cpu))
	}
	s.Say("That was %s sleeps, %s writes%s in %s. Your net/http server sits on a loop like this one. It is in the Go runtime.",
		stage.Number(waits), stage.Number(w.writes), used, stage.Time(time.Since(begun)))
	s.Next(
		[3]string{"read", "lessons/01-event-loop/README.md", "which file shows what"},
		[3]string{"break", "bin/lesson1 serve --engine tiny", "a loop that trusts its clients"},
		[3]string{"compare", "make soak", "ten thousand clients, all at once"},
	)
	return nil
}

// silence: a thousand clients that say nothing cost nothing.
func silence(ctx context.Context, s *stage.Stage, _ *loop.Server, w *watch, clients crowd) error {
	s.Step("%s clients connect. For one second nobody says a word.", stage.Count(len(clients)))
	if !w.until(ctx, func(w *watch) bool { return len(w.accepted) == len(clients) }) {
		return ctx.Err()
	}
	s.Event("clients", "loop", "%s connections", stage.Number(len(clients)))
	before, _, waitsBefore := w.asleep()
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return ctx.Err()
	}
	after, known, waits := w.asleep()
	cost := fmt.Sprintf("%d wake-ups", waits-waitsBefore)
	if known {
		cost += fmt.Sprintf(", %s of CPU", stage.Time(after-before))
	}
	s.Measure("loop", "was asleep in one system call: %s", cost)
	s.Measure("program", "has %d goroutines in all", runtime.NumGoroutine())
	return nil
}

// twelveBytes: one of them speaks, and the kernel names that one.
func twelveBytes(_ context.Context, s *stage.Stage, _ *loop.Server, w *watch, clients crowd) error {
	i := min(617, len(clients)-1)
	who := fmt.Sprintf("client %d", i)
	s.Step("%s says twelve bytes.", who)
	took, err := clients[i].echo()
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.clients[w.accepted[i]]
	s.Event(who, "kernel", "%q", message[:len(message)-1])
	s.Event("kernel", "loop", "%d of %s ready", w.ready, stage.Number(len(clients)+2)) // and the listener, and the waker
	s.Event("loop", who, "read %d, write %d", c.lastRead, c.lastWritten)
	s.Measure(who, "had its answer after %s", stage.Time(took))
	return nil
}

// glutton: one sends and never reads. The others do not notice.
func glutton(ctx context.Context, s *stage.Stage, server *loop.Server, w *watch, clients crowd) error {
	s.Step("The glutton sends %d MiB and reads nothing.", gluttony>>20)
	rude, err := dial(ctx, server.Addr())
	if err != nil {
		return err
	}
	defer rude.Close()
	sent := make(chan error, 1)
	go func() { sent <- rude.send(gluttony) }()

	var c traffic
	if !w.until(ctx, func(w *watch) bool {
		if len(w.accepted) > len(clients) {
			c = *w.clients[w.accepted[len(clients)]]
		}
		return c.held() >= server.MaxPending || c.written == gluttony
	}) {
		return ctx.Err()
	}
	if c.written < gluttony {
		s.Measure("kernel", "took %s bytes, then no more: its buffers are full", stage.Number(c.written))
		s.Measure("loop", "holds %s more, and has stopped reading from it", stage.Number(c.held()))
	} else {
		s.Measure("kernel", "took all of it: its buffers are larger than that here")
	}

	const polite = 100
	var slowest time.Duration
	for i := range polite {
		took, err := clients[i%len(clients)].echo()
		if err != nil {
			return err
		}
		slowest = max(slowest, took)
	}
	s.Measure("others", "%d messages echoed meanwhile, the slowest in %s", polite, stage.Time(slowest))

	if err := rude.receive(gluttony); err != nil {
		return err
	}
	s.Measure("glutton", "reads at last: %s bytes, every one in order", stage.Number(gluttony))
	if err := <-sent; err != nil {
		return err
	}
	rude.Close()
	w.until(ctx, func(w *watch) bool { return w.closed == 1 })
	return ctx.Err()
}

// resets: some hang up in the worst way. The others do not notice.
func resets(ctx context.Context, s *stage.Stage, _ *loop.Server, w *watch, clients crowd) error {
	n := len(clients) / 10
	s.Step("%s clients speak and hang up at once (RST).", stage.Count(n))
	w.mu.Lock()
	before := w.closed
	w.mu.Unlock()
	for _, c := range clients[:n] {
		if err := c.reset(); err != nil {
			return err
		}
	}
	if !w.until(ctx, func(w *watch) bool { return w.closed-before >= n }) {
		return ctx.Err()
	}
	for _, c := range clients[n:] {
		if _, err := c.echo(); err != nil {
			return fmt.Errorf("after the resets: %w", err)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	s.Measure("loop", "closed those %s; the other %s are answered as before",
		stage.Number(w.closed-before), stage.Number(len(clients)-n))
	return nil
}

// waking: a second goroutine interrupts a sleeping poller, again and again. What it has
// to say stands in said, and none of it may be missed.
func waking(ctx context.Context, s *stage.Stage, _ *loop.Server, _ *watch, _ crowd) error {
	const wakes = 10_000
	s.Step("Another goroutine calls Wake %s times.", stage.Number(wakes))
	p, err := poller.New()
	if err != nil {
		return err
	}
	defer p.Close()
	var said atomic.Int64
	done := make(chan error, 1)
	go func() {
		for range wakes {
			said.Add(1)
			if err := p.Wake(); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	woke := 0
	begun := time.Now()
	for events := make([]poller.Event, 1); said.Load() < wakes; woke++ {
		if _, err := p.Wait(events, patience); err != nil {
			return err
		}
		if time.Since(begun) > patience {
			return fmt.Errorf("a wake was lost: %d of %d heard", said.Load(), wakes)
		}
	}
	if err := <-done; err != nil {
		return err
	}
	s.Measure("poller", "woke %s times: none lost, most of them merged", stage.Number(woke))
	return ctx.Err()
}
