package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"onthewire/lessons/01-event-loop/loop"
	"onthewire/lessons/01-event-loop/poller"
	"onthewire/lessons/01-event-loop/sock"
	"onthewire/lessons/01-event-loop/watch"
	"onthewire/lessons/internal/measure"
	"onthewire/lessons/internal/stage"
)

type demoCommand struct {
	Clients int `default:"1000" help:"How many clients to connect."`
}

// Validate says which numbers make no sense; kong calls it.
func (c demoCommand) Validate() error {
	if c.Clients < fewest {
		return fmt.Errorf("--clients %d: the story needs at least %d", c.Clients, fewest)
	}
	return nil
}

func (c demoCommand) Run(ctx context.Context) error {
	d := &demo{Stage: stage.New(os.Stdout), Watch: watch.New(), begun: time.Now()}
	var err error
	d.server, err = loop.Listen(ctx, "127.0.0.1:0", 1)
	if errors.Is(err, errors.ErrUnsupported) {
		d.Say("%v.", err)
		return nil
	}
	if err != nil {
		return err
	}
	d.server.Trace = d.Call

	serving, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() {
		failed := d.server.Run(serving)
		stop() // nobody waits for a server that has failed
		served <- failed
	}()
	err = d.play(serving, c.Clients)
	stop()
	failed := <-served
	if _, cut := errors.AsType[*sock.Cut](failed); failed != nil && !cut {
		return failed
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// A demo is one run of the story: a real server, watched, and its clients.
type demo struct {
	*stage.Stage
	*watch.Watch
	server  *loop.Server
	clients clients
	begun   time.Time
}

const (
	fewest = 20 // clients that the story needs
	spare  = 24 // descriptors that are no client's
)

func (d *demo) play(ctx context.Context, n int) (err error) {
	asked := n
	most := (measure.MaxDescriptors() - spare) / 2 // both ends of a connection are ours
	if most < fewest {
		return fmt.Errorf("this process may open %d descriptors, and the story needs %d: try ulimit -n %d",
			measure.MaxDescriptors(), 2*fewest+spare, 2*fewest+spare)
	}
	n = min(n, most)
	d.Title("LESSON 1", fmt.Sprintf("One thread, %s clients", stage.Count(n)),
		fmt.Sprintf("%v · %s · 1 thread", d.server.Addr(), poller.Mechanism))
	if n < asked {
		d.Say("This process may open %s descriptors (ulimit -n), so %s clients must do instead of %s.",
			stage.Number(measure.MaxDescriptors()), stage.Number(n), stage.Number(asked))
	}
	d.clients, err = connect(ctx, d.server.Addr(), n)
	defer d.clients.close()
	if err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{
		d.silence, d.twelveBytes, d.glutton, d.resets, d.wakes,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	d.end()
	return nil
}

func (d *demo) end() {
	cpu, waits, known := d.asleep()
	writes := 0
	d.See(func(seen *watch.Seen) { writes = seen.Writes })
	used := ""
	if known {
		used = fmt.Sprintf(" and %s of CPU", stage.Time(cpu))
	}
	d.Say("That was %s sleeps, %s writes%s in %s. Your net/http server sits on a loop like this one. It is in the Go runtime.",
		stage.Number(waits), stage.Number(writes), used, stage.Time(time.Since(d.begun)))
	d.Next(
		[3]string{"read", "lessons/01-event-loop/README.md", "about an hour"},
		[3]string{"break", "make exercise 1.1", "a write that loses bytes"},
		[3]string{"compare", "bin/lesson1 compare", "with goroutines, with threads"},
	)
}

// asleep waits until the loop's thread uses no more processor time, and returns how much
// it has used, how often it has waited, and whether the time can be known here.
func (d *demo) asleep() (cpu time.Duration, waits int, known bool) {
	thread := 0
	d.See(func(seen *watch.Seen) { thread = seen.Thread })
	for {
		before, _ := measure.ThreadCPU(thread)
		time.Sleep(5 * time.Millisecond)
		cpu, known = measure.ThreadCPU(thread)
		if cpu == before {
			break
		}
	}
	d.See(func(seen *watch.Seen) { waits = seen.Waits })
	return cpu, waits, known
}
