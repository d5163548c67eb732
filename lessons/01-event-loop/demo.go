//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package main

import (
	"context"
	"fmt"
	"os"
	"runtime"

	"onthewire/lessons/01-event-loop/clients"
	"onthewire/lessons/01-event-loop/poller"
	"onthewire/lessons/01-event-loop/scenes"
	"onthewire/lessons/internal/measure"
	"onthewire/lessons/internal/stage"
)

type demoCommand struct {
	Clients int `default:"1000" help:"How many clients to connect."`
}

const (
	fewest = 20 // clients that the story needs
	spare  = 24 // descriptors that are no client's
)

// Validate says which numbers make no sense; kong calls it.
func (c demoCommand) Validate() error {
	if c.Clients < fewest {
		return fmt.Errorf("--clients %d: the story needs at least %d", c.Clients, fewest)
	}
	return nil
}

func (c demoCommand) Run(ctx context.Context) error {
	s := stage.New(os.Stdout)
	n, most := c.Clients, (measure.MaxDescriptors()-spare)/2 // both ends of a connection are ours
	if most < fewest {
		return fmt.Errorf("this process may open %d descriptors, and the story needs %d: try ulimit -n %[2]d",
			measure.MaxDescriptors(), 2*fewest+spare)
	}
	play, scene, err := scenes.Open(ctx)
	if err != nil {
		return err
	}
	s.Title("LESSON 1", fmt.Sprintf("One thread, %s clients", stage.Count(min(n, most))),
		fmt.Sprintf("%v · %s · 1 thread", play.Addr(), poller.Mechanism))
	if n > most {
		s.Say("This process may open %s descriptors (ulimit -n), so %s clients must do instead of %s.",
			stage.Number(measure.MaxDescriptors()), stage.Number(most), stage.Number(n))
	}
	d := &demo{Stage: s, play: play, clients: min(n, most)}
	for _, step := range []func(context.Context) error{d.silence, d.twelveBytes, d.glutton, d.resets, d.wakes, d.end} {
		if err = step(scene); err != nil {
			break
		}
	}
	if failed := play.Close(); failed != nil { // which is why the scenes ended
		return failed
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// A demo tells what the scenes of a play have shown.
type demo struct {
	*stage.Stage
	play    *scenes.Play
	clients int
}

func (d *demo) silence(ctx context.Context) error {
	d.Step("%s clients connect. For one second nobody says a word.", stage.Count(d.clients))
	if err := d.play.Connect(ctx, d.clients); err != nil {
		return err
	}
	d.Event("clients", "loop", "%s connections", stage.Number(d.clients))
	used, err := d.play.Silence(ctx)
	if err != nil {
		return err
	}
	cost := fmt.Sprintf("%d wake-ups", used.Waits)
	if used.CPUKnown {
		cost += fmt.Sprintf(", %s of CPU", stage.Time(used.CPU))
	}
	d.Measure("loop", "was asleep in one system call: %s", cost)
	d.Measure("program", "has %d goroutines in all", runtime.NumGoroutine())
	return nil
}

func (d *demo) twelveBytes(ctx context.Context) error {
	i := min(617, d.clients-1)
	who := fmt.Sprintf("client %d", i)
	d.Step("%s says twelve bytes.", who)
	talk, err := d.play.Talk(ctx, i)
	if err != nil {
		return err
	}
	d.Event(who, "kernel", "%q", clients.Message[:len(clients.Message)-1])
	d.Event("kernel", "loop", "%d of %s ready", talk.Ready, stage.Number(talk.Registered))
	d.Event("loop", who, "read %d, write %d", talk.Read, talk.Written)
	d.Measure(who, "had its answer after %s", stage.Time(talk.Took))
	return nil
}

func (d *demo) glutton(ctx context.Context) error {
	d.Step("The glutton sends %d MiB and reads nothing.", scenes.GluttonSends>>20)
	glutton, err := d.play.Glutton(ctx)
	if err != nil {
		return err
	}
	defer glutton.Close()
	if glutton.Taken < scenes.GluttonSends {
		d.Measure("kernel", "took %s bytes, then no more: its buffers are full", stage.Number(glutton.Taken))
		d.Measure("loop", "holds %s more, and has stopped reading from it", stage.Number(glutton.Held))
	} else {
		d.Measure("kernel", "took all of it: its buffers are larger than that here")
	}
	const polite = 100
	slowest, err := d.play.Slowest(polite)
	if err != nil {
		return err
	}
	d.Measure("others", "%d messages echoed meanwhile, the slowest in %s", polite, stage.Time(slowest))
	if err := glutton.Read(ctx); err != nil {
		return err
	}
	d.Measure("glutton", "reads at last: %s bytes, every one in order", stage.Number(scenes.GluttonSends))
	return nil
}

func (d *demo) resets(ctx context.Context) error {
	n := d.clients / 10
	d.Step("%s clients speak and hang up at once (RST).", stage.Count(n))
	closed, answered, err := d.play.Resets(ctx, n)
	if err != nil {
		return err
	}
	d.Measure("loop", "closed those %s; the other %s are answered as before", stage.Number(closed), stage.Number(answered))
	return nil
}

func (d *demo) wakes(ctx context.Context) error {
	const wakes = 10_000
	d.Step("Another goroutine calls Wake %s times.", stage.Number(wakes))
	woke, err := scenes.Wakes(ctx, wakes)
	if err != nil {
		return err
	}
	d.Measure("poller", "wake-ups: %s; none was lost. A wake that finds another one waiting merges with it, so this figure differs much from run to run", stage.Number(woke))
	return nil
}

func (d *demo) end(context.Context) error {
	all := d.play.Cost()
	used := ""
	if all.CPUKnown {
		used = fmt.Sprintf(" and %s of CPU", stage.Time(all.CPU))
	}
	d.Say("That was %s sleeps, %s writes%s in %s. Your net/http server sits on a loop like this one. It is in the Go runtime.",
		stage.Number(all.Waits), stage.Number(all.Writes), used, stage.Time(all.Took))
	next := [][3]string{
		{"read", "lessons/01-event-loop/README.md", "about an hour"},
		{"break", "make exercise 1.1", "a write that loses bytes"},
	}
	if runtime.GOOS != "windows" {
		next = append(next, [3]string{"compare", "bin/lesson1 compare", "with goroutines, with threads"})
	}
	d.Next(next...)
	return nil
}
