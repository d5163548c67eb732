package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"onthewire/lessons/06-pitfalls/all"
	"onthewire/lessons/06-pitfalls/pitfall"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/experiment/try"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/stage"
)

type runCommand struct {
	Name string `arg:"" help:"Which one: a name or a number, see list."`
}

func (c runCommand) Run(ctx context.Context) error {
	p, err := c.pitfall()
	if err != nil {
		return err
	}
	lab.Enter() // where that cannot be, those that need it say so themselves
	s := stage.New(os.Stdout)
	s.Title(fmt.Sprintf("PITFALL %d", p.Number), p.Title, strings.Join(p.Subjects, " · "))
	s.Say("%s", p.Symptom)
	for _, side := range p.Sides() {
		outcome, err := side.Play(ctx)
		if err != nil {
			return err
		}
		s.Blank()
		s.Verdict(side.Name, !outcome.Fell, "")
		for _, row := range outcome.Rows {
			s.Row(row.Setting, try.Figure(row.Seen))
		}
		if outcome.Fell != side.Falls {
			return try.NotShown("run " + p.Name)
		}
	}
	s.Say("Where to look, and what you would see there:")
	for _, look := range p.Diagnose {
		s.Blank()
		s.Line("     %s", look[0])
		s.Line("       %s", look[1])
	}
	return nil
}

func (c runCommand) pitfall() (p pitfall.Pitfall, err error) {
	pitfalls := all.Pitfalls()
	i := slices.IndexFunc(pitfalls, func(p pitfall.Pitfall) bool { return p.Name == c.Name || strconv.Itoa(p.Number) == c.Name })
	if i >= 0 {
		return pitfalls[i], nil
	}
	var names []string
	for _, p := range pitfalls {
		names = append(names, p.Name)
	}
	return p, cli.Unknown("pitfall", c.Name, names, "see lesson6 list")
}
