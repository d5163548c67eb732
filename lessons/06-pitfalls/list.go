package main

import (
	"fmt"
	"os"

	"onthewire/lessons/06-pitfalls/all"
	"onthewire/lessons/internal/stage"
)

type listCommand struct{}

func (listCommand) Run() error {
	s := stage.New(os.Stdout)
	for _, p := range all.Pitfalls() {
		s.Item(p.Name, fmt.Sprintf("%d. %s", p.Number, p.Title))
	}
	return nil
}
