package main

import (
	"context"
	"fmt"
	"os"

	"onthewire/lessons/06-pitfalls/all"
	"onthewire/lessons/06-pitfalls/pitfall"
	"onthewire/lessons/internal/experiment/try"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/stage"
)

type demoCommand struct{}

// The first of them shows what all of them are about. The others are the source's own.
var played = []string{"message", "register", "blocking", "eagain"}

// Run plays on loopback, and on a long link, which is in memory where the system has no lab.
func (demoCommand) Run(ctx context.Context) error {
	lab.Enter() // where that cannot be, the link is one in memory
	s := stage.New(os.Stdout)
	s.Title("LESSON 6", "Most of these programs pass on your laptop. Which survive elsewhere?", "pitfalls, each beside its cure, in one scenario")
	for _, name := range played {
		for _, p := range all.Pitfalls() {
			if p.Name != name {
				continue
			}
			s.Step("%s.", p.Title)
			if err := play(ctx, s, p); err != nil {
				return err
			}
		}
	}
	s.Next(
		[3]string{"read", "lessons/06-pitfalls/README.md", "about an hour"},
		[3]string{"look", "bin/lesson6 run close", "what has arrived of an answer that was written whole"},
		[3]string{"more", "bin/lesson6 list", "all of them"},
	)
	return nil
}

func play(ctx context.Context, s *stage.Stage, p pitfall.Pitfall) error {
	for _, side := range p.Sides() {
		outcome, err := side.Play(ctx)
		if err != nil {
			return err
		}
		last := outcome.Rows[len(outcome.Rows)-1]
		s.Verdict(side.Name, !outcome.Fell, fmt.Sprintf("%s: %s", last.Setting, try.Figure(last.Seen)))
	}
	return nil
}
