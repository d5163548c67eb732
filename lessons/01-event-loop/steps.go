package main

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"onthewire/lessons/01-event-loop/poller"
	"onthewire/lessons/01-event-loop/watch"
	"onthewire/lessons/internal/stage"
)

const gluttonSends = 16 << 20 // bytes

// silence: a thousand clients that say nothing cost nothing.
func (d *demo) silence(ctx context.Context) error {
	d.Step("%s clients connect. For one second nobody says a word.", stage.Count(len(d.clients)))
	if !d.Until(ctx, func(seen *watch.Seen) bool { return len(seen.Clients) == len(d.clients) }) {
		return ctx.Err()
	}
	d.Event("clients", "loop", "%s connections", stage.Number(len(d.clients)))
	cpu, waits, known := d.asleep()
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return ctx.Err()
	}
	cpuAfter, waitsAfter, _ := d.asleep()
	cost := fmt.Sprintf("%d wake-ups", waitsAfter-waits)
	if known {
		cost += fmt.Sprintf(", %s of CPU", stage.Time(cpuAfter-cpu))
	}
	d.Measure("loop", "was asleep in one system call: %s", cost)
	d.Measure("program", "has %d goroutines in all", runtime.NumGoroutine())
	return nil
}

// twelveBytes: one of them speaks, and the kernel names that one.
func (d *demo) twelveBytes(ctx context.Context) error {
	i := min(617, len(d.clients)-1)
	who := fmt.Sprintf("client %d", i)
	d.Step("%s says twelve bytes.", who)
	took, err := d.clients[i].echo()
	if err != nil {
		return err
	}
	d.Until(ctx, func(seen *watch.Seen) bool { // the answer may be here before the loop has said so
		return seen.Clients[i].Written == len(message)
	})
	d.See(func(seen *watch.Seen) {
		registered := len(d.clients) + 2 // and the listener, and the waker
		d.Event(who, "kernel", "%q", message[:len(message)-1])
		d.Event("kernel", "loop", "%d of %s ready", seen.Ready, stage.Number(registered))
		d.Event("loop", who, "read %d, write %d", seen.Clients[i].LastRead, seen.Clients[i].LastWritten)
	})
	d.Measure(who, "had its answer after %s", stage.Time(took))
	return nil
}

// glutton: one sends and never reads. The others do not notice.
func (d *demo) glutton(ctx context.Context) error {
	d.Step("The glutton sends %d MiB and reads nothing.", gluttonSends>>20)
	rude, err := dial(ctx, d.server.Addr())
	if err != nil {
		return err
	}
	defer rude.Close()
	sent := make(chan error, 1)
	go func() { sent <- rude.send(gluttonSends) }()

	var t watch.Traffic
	if !d.Until(ctx, func(seen *watch.Seen) bool {
		if len(seen.Clients) > len(d.clients) {
			t = *seen.Clients[len(d.clients)]
		}
		return t.Held() >= d.server.MaxPending || t.Written == gluttonSends
	}) {
		return ctx.Err()
	}
	if t.Written < gluttonSends {
		d.Measure("kernel", "took %s bytes, then no more: its buffers are full", stage.Number(t.Written))
		d.Measure("loop", "holds %s more, and has stopped reading from it", stage.Number(t.Held()))
	} else {
		d.Measure("kernel", "took all of it: its buffers are larger than that here")
	}

	const polite = 100
	var slowest time.Duration
	for i := range polite {
		took, err := d.clients[i%len(d.clients)].echo()
		if err != nil {
			return err
		}
		slowest = max(slowest, took)
	}
	d.Measure("others", "%d messages echoed meanwhile, the slowest in %s", polite, stage.Time(slowest))

	if err := rude.receive(gluttonSends); err != nil {
		return err
	}
	d.Measure("glutton", "reads at last: %s bytes, every one in order", stage.Number(gluttonSends))
	if err := <-sent; err != nil {
		return err
	}
	rude.Close()
	d.Until(ctx, func(seen *watch.Seen) bool { return seen.Closed == 1 })
	return ctx.Err()
}

// resets: some hang up in the worst way. The others do not notice.
func (d *demo) resets(ctx context.Context) error {
	n := len(d.clients) / 10
	d.Step("%s clients speak and hang up at once (RST).", stage.Count(n))
	for _, c := range d.clients[:n] {
		if err := c.reset(); err != nil {
			return err
		}
	}
	closed := 0
	if !d.Until(ctx, func(seen *watch.Seen) bool {
		closed = seen.Closed - 1 // the glutton
		return closed >= n
	}) {
		return ctx.Err()
	}
	rest := d.clients[n:]
	for _, c := range rest {
		if _, err := c.echo(); err != nil {
			return fmt.Errorf("after the resets: %w", err)
		}
	}
	d.Measure("loop", "closed those %s; the other %s are answered as before", stage.Number(closed), stage.Number(len(rest)))
	return nil
}

// wakes: a second goroutine interrupts a sleeping poller, again and again. What it has to
// say stands in said, and none of it may be missed.
func (d *demo) wakes(ctx context.Context) error {
	const wakes = 10_000
	d.Step("Another goroutine calls Wake %s times.", stage.Number(wakes))
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
			runtime.Gosched()
		}
		done <- nil
	}()
	woke, begun := 0, time.Now()
	for events := make([]poller.Event, 1); said.Load() < wakes; woke++ {
		if _, err := p.Wait(events, answerTimeout); err != nil {
			return err
		}
		if time.Since(begun) > answerTimeout {
			return fmt.Errorf("a wake was lost: %d of %d heard", said.Load(), wakes)
		}
	}
	if err := <-done; err != nil {
		return err
	}
	d.Measure("poller", "wake-ups: %s; none was lost. A wake that finds another one waiting merges with it, so this figure differs much from run to run", stage.Number(woke))
	return ctx.Err()
}
