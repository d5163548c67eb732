//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"onthewire/lessons/01-event-loop/contest"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/measure"
	"onthewire/lessons/internal/stage"
)

type compareCommand struct {
	Engines  []string      `default:"goroutines,loop,threads,uring" enum:"goroutines,loop,threads,uring,tiny,C" help:"Engines of serve, and C, which is built with cc: ${enum}. The first is what the others are compared with."`
	Rival    []string      `sep:"none" placeholder:"NAME=COMMAND" help:"One more echo server; {port} in its command becomes a free port. May be repeated."`
	Settings []string      `default:"1,100,1000,10000,pipeline,16k" enum:"1,100,1000,10000,pipeline,16k" help:"Which loads: ${enum}."`
	Rounds   int           `default:"3" help:"How often each server has its turn under each load."`
	For      time.Duration `default:"1s" help:"How long a turn lasts."`
	JSON     bool          `help:"Print JSON."`
}

// Validate says what makes no sense; kong calls it.
func (c compareCommand) Validate() error {
	switch {
	case c.Rounds < 1 || c.Rounds > 1000:
		return fmt.Errorf("--rounds %d: there must be at least 1 round and at most 1,000", c.Rounds)
	case c.For < 10*time.Millisecond || c.For > time.Minute:
		return fmt.Errorf("--for %v: a turn lasts at least 10ms and at most 1m", c.For)
	}
	names := slices.Clone(c.Engines)
	for _, rival := range c.Rival {
		name, command, _ := strings.Cut(rival, "=")
		if name == "" || len(name) > 12 || !strings.Contains(command, "{port}") {
			return fmt.Errorf("--rival %s: want NAME=COMMAND with at most 12 letters of name and {port} where the port goes", rival)
		}
		names = append(names, name)
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return fmt.Errorf("two servers are called %s", name)
		}
	}
	return nil
}

func (c compareCommand) Run(ctx context.Context) error {
	out := stage.New(os.Stdout)
	var notes []string
	note := func(lines ...string) {
		notes = append(notes, lines...)
		for _, line := range lines {
			if !c.JSON {
				out.Say("%s", line)
			}
		}
	}
	place, lines := measure.NewPlace()
	note(lines...)
	servers, remove, lines := c.servers(ctx)
	defer remove()
	note(lines...)
	servers, lines, err := measure.Available(ctx, servers, place.Server)
	note(lines...)
	if err != nil {
		return err
	}

	comparison, lines := contest.Compare(servers, c.Settings, c.For, place)
	note(lines...)
	comparison.Rounds, comparison.Progress = c.Rounds, cli.Progress
	comparison.Done = func(r measure.Result) {
		cli.ProgressDone()
		if !c.JSON {
			fmt.Printf("\n  %s\n\n", r.Name)
			r.Write(os.Stdout, out.Narrow())
		}
	}
	turns := time.Duration(len(comparison.Settings) * len(servers) * c.Rounds)
	note(fmt.Sprintf("Loads: %d, servers: %d, rounds: %d of %v. This takes about %s.",
		len(comparison.Settings), len(servers), c.Rounds, c.For, measure.Roughly(turns*(c.For+contest.Besides))))
	err = comparison.Run(ctx)
	cli.ProgressDone()
	switch {
	case ctx.Err() != nil:
		note("Interrupted: this is what was measured so far.")
	case err != nil:
		return err
	}
	note(comparison.Findings()...)
	if line := place.Noise(); line != "" {
		note(line)
	}
	if c.JSON {
		return comparison.WriteJSON(os.Stdout, notes, contest.Load)
	}
	fmt.Println()
	contest.Quote(os.Stdout, comparison.Results(), out.Narrow())
	out.Say("The left is quoted from a text that names no machine and no program (\"single core, 1M connections\"), the right was measured here a moment ago: compare how the rows of one side relate, never a row across.")
	return nil
}

// servers are ours, which this program itself runs, the one in C, and the rivals. What was
// built for them is removed in the end.
func (c compareCommand) servers(ctx context.Context) (all []measure.Server, remove func(), notes []string) {
	remove = func() {}
	program, err := os.Executable()
	if err != nil {
		return nil, remove, []string{fmt.Sprintf("Our own engines cannot be started: %v.", err)}
	}
	for _, engine := range c.Engines {
		command := []string{program, "serve", "--engine", engine, "--addr", "127.0.0.1:0"}
		if engine == "C" {
			built, clean, err := contest.BuildC(ctx)
			if err != nil {
				notes = append(notes, "Without C: "+err.Error()+".")
				continue
			}
			command, remove = []string{built, "{port}"}, clean
		}
		all = append(all, measure.Server{Name: engine, Command: command})
	}
	for _, rival := range c.Rival {
		name, command, _ := strings.Cut(rival, "=")
		all = append(all, measure.Server{Name: name, Command: strings.Fields(command)})
	}
	return all, remove, notes
}
