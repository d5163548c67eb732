package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"onthewire/lessons/02-socket-options/experiments"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/experiment/try"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/stage"
)

type demoCommand struct{}

// story is told in the order of a connection's life.
var story = []struct{ experiment, step string }{
	{"nodelay", "It speaks. One line in two small writes, then a read, over loopback."},
	{"backlog", "It is born. Clients connect to a server that accepts nobody."},
	{"buffers", "It carries a load. 384 KiB over 30 ms of link, then one who does not read."},
	{"silence", "It falls silent. Four peers vanish at once, without a word."},
	{"close", "It closes. A server answers a request and closes; the client reads last."},
	{"restart", "It comes back. A second server wants the port of the first."},
}

func (demoCommand) Run(ctx context.Context) error {
	missing := lab.Enter()
	s := stage.New(os.Stdout)
	s.Title("LESSON 2", "What has been set for you", "socket options, seen from outside the socket")
	silence := begin(ctx, "silence") // it takes seconds, in which the others are told
	defer silence()
	for _, chapter := range story {
		s.Step("%s", chapter.step)
		run := silence
		if chapter.experiment != "silence" {
			run = begin(ctx, chapter.experiment)
		}
		report, err := run()
		if no, ok := errors.AsType[*experiment.Unavailable](err); ok {
			if enter, ok := errors.AsType[*experiment.Unavailable](missing); ok {
				no = enter
			}
			s.Measure("here", "%v; %s", no, no.Advice())
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", chapter.experiment, err)
		}
		for _, row := range report.Rows {
			s.Row(row.Setting, try.Figure(row.Seen))
		}
	}
	s.Say("Go had set the bit of the first step for you. It sets a few more, and leaves most alone. The lesson takes these six steps apart, and bin/lesson2 list shows the rest.")
	s.Next(
		[3]string{"read", "lessons/02-socket-options/README.md", "about an hour"},
		[3]string{"break", "make exercise 2.1", "under 5 ms, twice"},
		[3]string{"compare", "bin/lesson2 try --list", fmt.Sprintf("%d experiments", len(experiments.All()))},
	)
	return nil
}

// begin starts an experiment, and returns what waits for its report.
func begin(ctx context.Context, name string) (wait func() (experiment.Report, error)) {
	e, err := try.Find("lesson2", experiments.All(), name)
	if err != nil {
		return func() (experiment.Report, error) {
			return experiment.Report{}, &experiment.Unavailable{Why: "this experiment asks Linux", Remedy: "run it there"}
		}
	}
	var report experiment.Report
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		report, err = e.Run(ctx, nil)
	}()
	return func() (experiment.Report, error) { <-ended; return report, err }
}
