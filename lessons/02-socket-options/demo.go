package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/stage"
)

type demoCommand struct{}

// The story, in the order of a connection's life. The experiments' own names are the keys.
var story = []struct{ experiment, step string }{
	{"nodelay", "It speaks. One line in two small writes, then a read, over loopback."},
	{"backlog", "It is born. Clients connect to a server that accepts nobody."},
	{"buffers", "It carries a load. 384 KiB over a link of 30 ms there and back."},
	{"silence", "It falls silent. Four peers vanish at once, without a word."},
	{"close", "It closes. A server answers a request and closes; the client reads last."},
	{"restart", "It comes back. A second server wants the port of the first."},
}

func (demoCommand) Run(ctx context.Context) error {
	missing := lab.Enter()
	s := stage.New(os.Stdout)
	s.Title("LESSON 2", "What has been set for you", "socket options, seen from outside the socket")
	for _, chapter := range story {
		s.Step("%s", chapter.step)
		e, err := find(chapter.experiment)
		if err != nil {
			s.Measure("here", "this experiment asks Linux")
			continue
		}
		report, err := e.Run(ctx)
		if no, ok := errors.AsType[*lab.Unavailable](err); ok {
			s.Measure("here", "%s", errors.Join(missing, no))
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", e.Name, err)
		}
		for _, row := range report.Rows {
			s.Row(row.Setting, figure(row.Seen))
		}
	}
	s.Say("Go had set the bit of the first step for you. It sets a few more, and leaves most alone. The lesson takes these six steps apart, and bin/lesson2 list shows the rest.")
	s.Next(
		[3]string{"read", "lessons/02-socket-options/README.md", "about an hour"},
		[3]string{"break", "make exercise 2.1", "under 5 ms, twice"},
		[3]string{"compare", "bin/lesson2 try --list", fmt.Sprintf("%d experiments", len(all()))},
	)
	return nil
}
