package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"strings"
	"time"

	"onthewire/lessons/05-http/load"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/measure"
	"onthewire/lessons/internal/stage"
)

// turns are what ladder and compare have in common: servers take turns on one CPU.
type turns struct {
	Rival  []string      `sep:"none" placeholder:"NAME=COMMAND" help:"One more server; {port} in its command becomes a free port. May be repeated."`
	Conns  int           `default:"64" help:"Connections, with one request under way on each."`
	Rounds int           `default:"5" help:"How often each server has its turn."`
	For    time.Duration `default:"1s" help:"How long a turn lasts."`
	JSON   bool          `help:"Print JSON."`
}

// Validate says what makes no sense; kong calls it.
func (t turns) Validate() error {
	switch {
	case t.Conns < 1 || t.Conns > 1000:
		return fmt.Errorf("--conns %d: there must be at least 1 connection and at most 1,000", t.Conns)
	case t.Rounds < 1 || t.Rounds > 1000:
		return fmt.Errorf("--rounds %d: there must be at least 1 round and at most 1,000", t.Rounds)
	case t.For < 10*time.Millisecond || t.For > time.Minute:
		return fmt.Errorf("--for %v: a turn lasts at least 10ms and at most 1m", t.For)
	}
	for _, rival := range t.Rival {
		if name, command, _ := strings.Cut(rival, "="); name == "" || len(name) > 12 || !strings.Contains(command, "{port}") {
			return fmt.Errorf("--rival %s: want NAME=COMMAND with at most 12 letters of name and {port} where the port goes", rival)
		}
	}
	return nil
}

// A contest is who takes part, and what each of them is asked.
type contest struct {
	key, title string
	servers    []measure.Server
	target     func(server string) string
	notes      []string
}

func (t turns) run(ctx context.Context, c contest) error {
	out := stage.New(os.Stdout)
	var notes []string
	note := func(lines ...string) {
		notes = append(notes, lines...)
		for _, line := range lines {
			if !t.JSON {
				out.Say("%s", line)
			}
		}
	}
	place, lines := measure.NewPlace()
	note(append(lines, c.notes...)...)
	for _, rival := range t.Rival {
		name, command, _ := strings.Cut(rival, "=")
		c.servers = append(c.servers, measure.Server{Name: name, Command: strings.Fields(command)})
	}
	servers, lines, err := measure.Available(ctx, c.servers, place.Server)
	note(lines...)
	if err != nil {
		return err
	}
	comparison := &measure.Comparison{
		Settings: []measure.Setting{{Key: c.key, Name: fmt.Sprintf("%s, %d connections, one CPU for the server", c.title, t.Conns)}},
		Rounds:   t.Rounds, Columns: turnColumns, Steady: 1, Progress: cli.Progress,
		Done: func(r measure.Result) {
			cli.ProgressDone()
			if !t.JSON {
				fmt.Printf("\n  %s\n\n", r.Name)
				r.Write(os.Stdout, out.Narrow())
			}
		},
	}
	for _, s := range servers {
		comparison.Rivals = append(comparison.Rivals, measure.Rival{Name: s.Name, Turn: func(ctx context.Context, _ string) ([]float64, error) {
			return t.turn(ctx, s, c.target(s.Name), place)
		}})
	}
	err = comparison.Run(ctx)
	cli.ProgressDone()
	if err != nil && ctx.Err() == nil {
		return err
	}
	if err != nil {
		note("Interrupted: this is what was measured so far.")
	}
	note(comparison.Findings()...)
	if line := place.Noise(); line != "" {
		note(line)
	}
	if t.JSON {
		return comparison.WriteJSON(os.Stdout, notes, nil)
	}
	return nil
}

var turnColumns = []measure.Column{
	{Name: "req/s", Key: "requests_per_second", More: true, Show: measure.Whole},
	{Name: "CPU/req", Key: "cpu_us_per_request", Show: measure.Precise},
}

// turn lets one server answer for so long, after a moment in which it warms up.
func (t turns) turn(ctx context.Context, s measure.Server, target string, place *measure.Place) ([]float64, error) {
	p, address, err := s.Start(ctx, place.Server)
	if err != nil {
		return nil, err
	}
	defer p.Kill()
	clients, err := load.Open(ctx, address, target, t.Conns)
	if err != nil {
		return nil, err
	}
	defer clients.Close()
	if _, _, err := clients.Run(ctx, min(t.For, 200*time.Millisecond)); err != nil {
		return nil, err
	}
	before := place.Look(p.PID())
	answered, took, err := clients.Run(ctx, t.For)
	after := place.Look(p.PID())
	place.Add(before, after)
	if err != nil {
		return nil, err
	}
	figures := []float64{float64(answered) / took.Seconds(), math.NaN()}
	if after[0].Known {
		figures[1] = float64((after[0].CPU - before[0].CPU).Nanoseconds()) / 1e3 / float64(answered)
	}
	return figures, nil
}
