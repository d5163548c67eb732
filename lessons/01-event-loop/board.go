package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"onthewire/lessons/01-event-loop/load"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/measure"
	"onthewire/lessons/internal/stage"
)

// A board collects what is measured, and prints it: tables at once, JSON in the end.
type board struct {
	*stage.Stage
	compareCommand
	rivals []load.Server
	cpus   [2]int // the servers', and ours
	others [2]measure.Others

	played []setting
	tables []*measure.Table
	notes  []string
}

func (b *board) note(format string, args ...any) {
	b.notes = append(b.notes, fmt.Sprintf(format, args...))
	if !b.JSON {
		b.Say("%s", b.notes[len(b.notes)-1])
	}
}

// place gives the servers one CPU and this process, with all the clients, another.
func (b *board) place() {
	b.cpus = [2]int{measure.Anywhere, measure.Anywhere}
	cpus := measure.CPUs()
	if len(cpus) == 0 {
		b.note("On %s nothing is pinned to a CPU, and the CPU time and memory of a server stay unknown; Linux tells them.", runtime.GOOS)
		return
	}
	b.cpus = [2]int{cpus[0], cpus[min(1, len(cpus)-1)]}
	if err := measure.Pin(b.cpus[1]); err != nil {
		b.note("The clients are not pinned to a CPU: %v.", err)
	}
	b.others[0].CPU, b.others[1].CPU = b.cpus[0], b.cpus[1]
	if len(cpus) == 1 {
		b.note("There is one CPU, and servers and clients share it: of these figures only CPU/msg and B/idle tell servers apart.")
		return
	}
	b.note("Each server runs on CPU %d, its clients on CPU %d.", b.cpus[0], b.cpus[1])
}

// available finds out which servers run here.
func (b *board) available(ctx context.Context) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	for _, s := range b.servers(program) {
		p, _, err := s.Start(ctx, b.cpus[0])
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			b.note("Without %s: %s.", s.Name, strings.TrimSuffix(err.Error(), "."))
			continue
		}
		p.Kill()
		b.rivals = append(b.rivals, s)
	}
	if len(b.rivals) == 0 {
		return errors.New("compare: not one of these servers runs here")
	}
	return nil
}

// play gives every server its turns under one load.
func (b *board) play(ctx context.Context, s setting) error {
	if most := measure.MaxDescriptors() - spare; s.Conns > most {
		b.note("This process may open %s descriptors (ulimit -n), so %s connections must do instead of %s.",
			stage.Number(measure.MaxDescriptors()), stage.Number(most), stage.Number(s.Conns))
		s.Conns = most
	}
	table := &measure.Table{Columns: columns, Steady: cpuEach}
	for _, rival := range b.rivals {
		table.Rivals = append(table.Rivals, rival.Name)
		if rival.Name == "threads" && s.Conns > mostThreads {
			table.Drop(rival.Name, fmt.Sprintf("at most %s connections: each costs a thread", stage.Number(mostThreads)))
		}
	}
	b.played, b.tables = append(b.played, s), append(b.tables, table)
	err := b.rounds(ctx, s, table)
	cli.ProgressDone()
	if !b.JSON {
		fmt.Printf("\n  %s\n\n", s.name)
		table.Write(os.Stdout)
	}
	return err
}

func (b *board) rounds(ctx context.Context, s setting, table *measure.Table) error {
	for round := range b.Rounds {
		for _, rival := range measure.Rotated(b.rivals, round) {
			if table.Dropped(rival.Name) != "" {
				continue
			}
			cli.Progress("%s: round %d of %d, %s", s.name, round+1, b.Rounds, rival.Name)
			t, err := load.Try(ctx, rival, s.Plan, b.For, b.cpus[0], b.cpus[1])
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil:
				table.Drop(rival.Name, err.Error())
			case t.Faults.Any():
				table.Drop(rival.Name, "no faultless echo: "+faults(t.Faults))
			default:
				table.Add(rival.Name, figures(t)...)
				b.others[0].Add(t.Before[0], t.After[0])
				b.others[1].Add(t.Before[1], t.After[1])
			}
		}
	}
	return nil
}

// end says what the tables come to.
func (b *board) end() error {
	first := b.rivals[0].Name
	for _, rival := range b.rivals[1:] {
		b.ahead(first, rival.Name)
	}
	b.unsteady(first)
	if line := measure.Noise(b.others[0], b.others[1]); line != "" {
		b.note("%s", line)
	}
	if b.JSON {
		return b.printJSON()
	}
	b.quote()
	return nil
}

// ahead says where the first server was better than another one in every round.
func (b *board) ahead(first, other string) {
	var where []string
	for i, table := range b.tables {
		var names []string
		for _, column := range table.Ahead(first, other) {
			names = append(names, column.Name)
		}
		if names != nil {
			where = append(where, fmt.Sprintf("%s (%s)", b.played[i].name, strings.Join(names, ", ")))
		}
	}
	if where == nil {
		where = []string{"none"}
	}
	b.note("Every round won by %s against %s: %s.", first, other, strings.Join(where, "; "))
}

// unsteady warns of the load under which the first server differed most from itself.
func (b *board) unsteady(first string) {
	line, most := "", 0.0
	for i, table := range b.tables {
		values := table.Values(first, cpuEach)
		if spread := measure.Spread(values); spread > most {
			line, most = measure.Unsteady("CPU/msg of "+first+" at "+b.played[i].name, values), spread
		}
	}
	if line != "" {
		b.note("%s", line)
	}
}

func (b *board) printJSON() error {
	type played struct {
		Setting     string        `json:"setting"`
		Connections int           `json:"connections"`
		Payload     int           `json:"payload"`
		Pipeline    int           `json:"pipeline"`
		Servers     []measure.Row `json:"servers"`
	}
	var all []played
	for i, s := range b.played {
		all = append(all, played{s.key, s.Conns, s.Payload, s.Pipeline, b.tables[i].Rows()})
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"settings": all, "notes": b.notes})
}
