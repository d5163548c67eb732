//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

// Package contest sets echo servers side by side under the loads of this lesson.
//
// Read it in this order: contest.go (the loads, and what is measured), yardstick.go (the
// server in C that the others are held against), quote.go (a table that we answer).
package contest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"onthewire/lessons/01-event-loop/load"
	"onthewire/lessons/internal/measure"
)

// Loads are all that there are, in the order in which they are measured.
var loads = []struct {
	key, name string
	load.Plan
}{
	{"1", "1 connection x 64 bytes", load.Plan{Conns: 1, Payload: 64, Pipeline: 1}},
	{"100", "100 connections x 64 bytes", load.Plan{Conns: 100, Payload: 64, Pipeline: 1}},
	{"1000", "1,000 connections x 64 bytes", load.Plan{Conns: 1000, Payload: 64, Pipeline: 1}},
	{"10000", "10,000 connections x 64 bytes", load.Plan{Conns: 10000, Payload: 64, Pipeline: 1}},
	{"pipeline", "100 connections x 64 bytes, 16 under way on each", load.Plan{Conns: 100, Payload: 64, Pipeline: 16}},
	{"16k", "100 connections x 16 KiB", load.Plan{Conns: 100, Payload: 16 << 10, Pipeline: 1}},
}

// Besides is what a turn takes besides: starting, connecting, warming up.
const Besides = 600 * time.Millisecond

const (
	mostThreads = 2000 // connections; Go gives up at 10,000 threads
	manyIdle    = 1000 // connections; the memory of fewer drowns in what a process needs anyway
	spare       = 64   // descriptors that are no client's
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
	{Name: "msgs/s", Key: "messages_per_second", More: true, Show: measure.Whole},
	{Name: "p50", Key: "p50_us", Show: measure.Micros},
	{Name: "p99", Key: "p99_us", Show: measure.Micros},
	{Name: "p99.9", Key: "p99.9_us", Show: measure.Micros},
	{Name: "CPU/msg", Key: "cpu_us_per_message", Show: measure.Precise},
	{Name: "B/idle", Key: "bytes_per_idle_connection", Show: measure.Whole},
}

// Compare prepares a comparison of servers under the loads that are named; a turn lasts so
// long. The notes say what had to be made smaller.
func Compare(servers []measure.Server, keys []string, long time.Duration, place *measure.Place) (c *measure.Comparison, notes []string) {
	c = &measure.Comparison{Columns: columns, Steady: cpuEach}
	plans := map[string]load.Plan{}
	for _, l := range loads {
		if !slices.Contains(keys, l.key) {
			continue
		}
		if most := measure.MaxDescriptors() - spare; l.Conns > most {
			notes = append(notes, measure.FewerThan(l.Conns, most))
			l.Conns = most
		}
		plans[l.key] = l.Plan
		c.Settings = append(c.Settings, measure.Setting{Key: l.key, Name: l.name})
	}
	for _, s := range servers {
		c.Rivals = append(c.Rivals, measure.Rival{Name: s.Name, Turn: func(ctx context.Context, setting string) ([]float64, error) {
			return turn(ctx, s, plans[setting], long, place)
		}})
	}
	return c, notes
}

// turn is what one server does under one load.
func turn(ctx context.Context, s measure.Server, plan load.Plan, long time.Duration, place *measure.Place) ([]float64, error) {
	if s.Name == "threads" && plan.Conns > mostThreads {
		return nil, fmt.Errorf("at most %s connections: each costs a thread", measure.Whole(mostThreads))
	}
	t, err := load.Try(ctx, s, plan, long, place)
	if err != nil {
		return nil, err
	}
	if t.Faults.Any() {
		return nil, errors.New("no faultless echo: " + t.Faults.String())
	}
	us := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e3 }
	all := []float64{t.PerSecond(), us(t.Percentile(50)), us(t.Percentile(99)), us(t.Percentile(99.9)), math.NaN(), math.NaN()}
	if t.CPUKnown && t.Answered > 0 {
		all[cpuEach] = us(t.CPU) / float64(t.Answered)
	}
	if t.IdleKnown && t.Opened >= manyIdle {
		all[idleEach] = t.Idle
	}
	return all, nil
}

// Load is what JSON tells of a setting.
func Load(s measure.Setting) map[string]any {
	p := plan(s)
	return map[string]any{"connections": p.Conns, "payload": p.Payload, "pipeline": p.Pipeline}
}

func plan(s measure.Setting) load.Plan {
	for _, l := range loads {
		if l.key == s.Key {
			return l.Plan
		}
	}
	return load.Plan{}
}
