package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"onthewire/lessons/01-event-loop/load"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/measure"
	"onthewire/lessons/internal/stage"
)

type compareCommand struct {
	Engines  []string      `default:"goroutines,loop,threads,uring" enum:"goroutines,loop,threads,uring,tiny" help:"Engines of serve: ${enum}. The first is what the others are compared with."`
	Rival    []string      `sep:"none" placeholder:"NAME=COMMAND" help:"One more echo server; {port} in its command becomes a free port. May be repeated."`
	Settings []string      `default:"1,100,1000,10000,pipeline,16k" enum:"1,100,1000,10000,pipeline,16k" help:"Which loads: ${enum}."`
	Rounds   int           `default:"3" help:"How often each server has its turn under each load."`
	For      time.Duration `default:"1s" help:"How long a turn lasts."`
	JSON     bool          `help:"Print JSON."`
}

// A setting is one load, for all servers.
type setting struct {
	key, name string
	load.Plan
}

var settings = []setting{
	{"1", "1 connection x 64 bytes", load.Plan{Conns: 1, Payload: 64, Pipeline: 1}},
	{"100", "100 connections x 64 bytes", load.Plan{Conns: 100, Payload: 64, Pipeline: 1}},
	{"1000", "1,000 connections x 64 bytes", load.Plan{Conns: 1000, Payload: 64, Pipeline: 1}},
	{"10000", "10,000 connections x 64 bytes", load.Plan{Conns: 10000, Payload: 64, Pipeline: 1}},
	{"pipeline", "100 connections x 64 bytes, 16 under way on each", load.Plan{Conns: 100, Payload: 64, Pipeline: 16}},
	{"16k", "100 connections x 16 KiB", load.Plan{Conns: 100, Payload: 16 << 10, Pipeline: 1}},
}

const (
	mostThreads = 2000                   // connections; Go gives up at 10,000 threads
	manyIdle    = 1000                   // connections; the memory of fewer drowns in what a process needs anyway
	besides     = 600 * time.Millisecond // what a turn takes besides: starting, connecting, warming up
)

// The columns of a table, in the order of figures.
const (
	perSecond = iota
	p50
	p99
	p999
	cpuEach
	idleEach
)

var columns = []measure.Column{
	{Name: "msgs/s", Key: "messages_per_second", More: true, Show: func(v float64) string { return stage.Number(int(v)) }},
	{Name: "p50", Key: "p50_us", Show: micros},
	{Name: "p99", Key: "p99_us", Show: micros},
	{Name: "p99.9", Key: "p99.9_us", Show: micros},
	{Name: "CPU/msg", Key: "cpu_us_per_message", Show: precise},
	{Name: "B/idle", Key: "bytes_per_idle_connection", Show: func(v float64) string { return stage.Number(int(v)) }},
}

func micros(v float64) string { return short(time.Duration(v * 1e3)) }

// precise is for what tells servers apart: three digits, all in one unit.
func precise(v float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%#.3g", v), ".") + " us"
}

// figures are what a table says of a turn.
func figures(t load.Trial) []float64 {
	us := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e3 }
	all := []float64{t.PerSecond(), us(t.Percentile(50)), us(t.Percentile(99)), us(t.Percentile(99.9)), math.NaN(), math.NaN()}
	if t.CPUKnown && t.Answered > 0 {
		all[cpuEach] = us(t.CPU) / float64(t.Answered)
	}
	if t.IdleKnown && t.Opened >= manyIdle {
		all[idleEach] = t.Idle
	}
	return all
}

// Validate says what makes no sense; kong calls it.
func (c compareCommand) Validate() error {
	switch {
	case c.Rounds < 1 || c.Rounds > 1000:
		return fmt.Errorf("--rounds %d: there must be at least 1 round and at most 1,000", c.Rounds)
	case c.For < 10*time.Millisecond || c.For > time.Minute:
		return fmt.Errorf("--for %v: a turn lasts at least 10ms and at most 1m", c.For)
	}
	for _, rival := range c.Rival {
		name, command, _ := strings.Cut(rival, "=")
		if name == "" || len(name) > 12 || !strings.Contains(command, "{port}") {
			return fmt.Errorf("--rival %s: want NAME=COMMAND with at most 12 letters of name and {port} where the port goes", rival)
		}
	}
	seen := map[string]bool{}
	for _, s := range c.servers("") {
		if seen[s.Name] {
			return fmt.Errorf("two servers are called %s", s.Name)
		}
		seen[s.Name] = true
	}
	return nil
}

// servers are ours, which this program itself runs, and the rivals.
func (c compareCommand) servers(program string) (all []load.Server) {
	for _, engine := range c.Engines {
		all = append(all, load.Server{
			Name: engine, Command: []string{program, "serve", "--engine", engine, "--addr", "127.0.0.1:0"},
		})
	}
	for _, rival := range c.Rival {
		name, command, _ := strings.Cut(rival, "=")
		all = append(all, load.Server{Name: name, Command: strings.Fields(command)})
	}
	return all
}

func (c compareCommand) Run(ctx context.Context) error {
	b := &board{Stage: stage.New(os.Stdout), compareCommand: c}
	b.place()
	if err := b.available(ctx); err != nil {
		return err
	}
	var chosen []setting
	for _, s := range settings {
		if slices.Contains(c.Settings, s.key) {
			chosen = append(chosen, s)
		}
	}
	turns := time.Duration(len(chosen) * len(b.rivals) * c.Rounds)
	b.note("Loads: %d, servers: %d, rounds: %d of %v. This takes about %s.",
		len(chosen), len(b.rivals), c.Rounds, c.For, roughly(turns*(c.For+besides)))
	var err error
	for _, s := range chosen {
		if err = b.play(ctx, s); err != nil {
			break
		}
	}
	cli.ProgressDone()
	if ctx.Err() != nil {
		b.note("Interrupted: this is what was measured so far.")
	} else if err != nil {
		return err
	}
	return b.end()
}

// quoted is the comparison that a chapter on Rust's network libraries gives. It names no
// machine and no program.
var quoted = []struct{ theirs, perSecond, p99, ours string }{
	{"mio", "500,000", "0.5 ms", "loop"},
	{"tokio::net", "480,000", "0.6 ms", "goroutines"},
	{"std::net", "50,000", "5 ms", "threads"},
}

// quote shows it beside what was measured at the most connections.
func (b *board) quote() {
	fmt.Printf("\n  %-12s%9s%9s     %-12s%9s%9s%13s\n", "quoted", "req/s", "p99", "measured", "msgs/s", "p99", "connections")
	for _, q := range quoted {
		fmt.Printf("  %-12s%9s%9s     %-12s", q.theirs, q.perSecond, q.p99, q.ours)
		best := -1
		for i, table := range b.tables {
			s := b.played[i]
			if s.Payload == 64 && s.Pipeline == 1 && len(table.Values(q.ours, perSecond)) > 0 && (best < 0 || s.Conns > b.played[best].Conns) {
				best = i
			}
		}
		if best < 0 {
			fmt.Printf("%9s\n", "-")
			continue
		}
		fmt.Printf("%9s%9s%13s\n", columns[perSecond].Show(b.tables[best].Median(q.ours, perSecond)),
			micros(b.tables[best].Median(q.ours, p99)), stage.Number(b.played[best].Conns))
	}
	b.Say("The left is quoted from a text that names no machine and no program (\"single core, 1M connections\"), the right was measured here a moment ago: compare how the rows of one side relate, never a row across.")
}

// roughly rounds a time as one would say it.
func roughly(d time.Duration) string {
	if d < 90*time.Second {
		n := int(math.Ceil(d.Seconds()))
		return fmt.Sprint(n, plural(n, " second"))
	}
	return fmt.Sprintf("%.0f minutes", d.Minutes())
}
