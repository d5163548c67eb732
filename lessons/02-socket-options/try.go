package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"onthewire/lessons/02-socket-options/experiments"
	"onthewire/lessons/02-socket-options/experiments/flow"
	"onthewire/lessons/02-socket-options/experiments/life"
	"onthewire/lessons/02-socket-options/experiments/packets"
	"onthewire/lessons/02-socket-options/experiments/server"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/stage"
)

type tryCommand struct {
	List bool   `help:"List the experiments."`
	Name string `arg:"" optional:"" help:"Which one."`
}

// all are the experiments of this system.
func all() []experiments.Experiment {
	return slices.Concat(life.All(), server.All(), flow.All(), packets.All())
}

func (c tryCommand) Run(ctx context.Context) error {
	if c.List || c.Name == "" {
		return listExperiments()
	}
	e, err := find(c.Name)
	if err != nil {
		return err
	}
	lab.Enter() // where that cannot be, those that need it say so themselves
	report, err := e.Run(ctx)
	if err != nil {
		return err
	}
	print(e, report)
	if !report.Shown {
		return fmt.Errorf("try %s: this time it did not show; run it again when the machine is idle", e.Name)
	}
	return nil
}

func listExperiments() error {
	for _, e := range all() {
		fmt.Printf("  %-15s %s\n", e.Name, e.About)
	}
	return nil
}

func find(name string) (experiments.Experiment, error) {
	known := all()
	if i := slices.IndexFunc(known, func(e experiments.Experiment) bool { return e.Name == name }); i >= 0 {
		return known[i], nil
	}
	names := make([]string, len(known))
	for i, e := range known {
		names[i] = e.Name
	}
	return experiments.Experiment{}, unknown("experiment", name, names, "see lesson2 try --list")
}

func print(e experiments.Experiment, r experiments.Report) {
	s := stage.New(os.Stdout)
	s.Title("TRY", e.About, strings.Join(e.Options, " · "))
	s.Blank()
	for _, row := range r.Rows {
		s.Row(row.Setting, figure(row.Seen))
	}
	s.Say("%s", r.Says)
}

// figure is what was seen, as a person reads it.
func figure(seen any) string {
	switch seen := seen.(type) {
	case time.Duration:
		return stage.Time(seen)
	case int:
		return stage.Number(seen)
	case bool:
		if seen {
			return "yes"
		}
		return "no"
	case error:
		return seen.Error()
	}
	return fmt.Sprint(seen)
}
