package main

import (
	"errors"
	"os"
	"path"
	"strings"

	"onthewire/lessons/06-pitfalls/all"
	"onthewire/lessons/06-pitfalls/find"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/stage"
)

type findCommand struct {
	Text  []string `arg:"" optional:"" help:"What a program says, as you would paste it."`
	Index bool     `help:"Print all messages, and the mistake behind each."`
}

// full is how many matches are told in full, if no more are as good as the first.
const full = 3

func (c findCommand) Run() error {
	entries := find.Entries(all.Pitfalls())
	s := stage.New(os.Stdout)
	if c.Index {
		for _, e := range entries {
			heading(s, e)
			for _, message := range e.Messages {
				s.Line("     %s", message)
			}
		}
		return nil
	}
	text := strings.Join(c.Text, " ")
	if text == "" {
		return cli.Advise(errors.New("find: no text"), `try find "connection reset by peer", or find --index`)
	}
	matches := find.New(entries).Find(text)
	if len(matches) == 0 {
		return cli.Advise(errors.New("find: no mistake of ours says this"), "try fewer of its words, or find --index")
	}
	told := min(max(full, len(find.Best(matches))), len(matches))
	for _, m := range matches[:told] {
		heading(s, m.Entry)
		s.Line("     says  %s", m.Said)
		s.Say("%s", m.Symptom)
		s.Blank()
		s.Line("     look  %s", m.Look)
		s.Line("           %s", m.There)
		s.Line("     try   %s", command(m.Entry))
		if m.Page != "" {
			s.Line("     read  lessons/%s", m.Page)
		}
	}
	for i, m := range matches[told:] {
		if i == 0 {
			s.Blank()
			s.Line("  And, with fewer words in common:")
		}
		s.Line("     %s", m.Title)
	}
	return nil
}

func heading(s *stage.Stage, e find.Entry) {
	s.Blank()
	if e.Name != "" {
		s.Line("  %s (%s)", e.Title, e.Name)
		return
	}
	s.Line("  %s", e.Title)
}

// command is what shows it: an experiment, or the test where there is none.
func command(e find.Entry) string {
	if file, name, ok := strings.Cut(e.Test, "#"); ok {
		return "go test -run " + name + " ./lessons/" + path.Dir(file)
	}
	return e.Try
}
