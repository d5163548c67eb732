package main

import (
	"context"
	"os"

	"onthewire/lessons/internal/stage"
)

type demoCommand struct{}

func (demoCommand) Run(ctx context.Context) error {
	s := stage.New(os.Stdout)
	s.Title("LESSON 3", "Sent to everybody, and who hears it", "broadcast and multicast on this machine")
	return nil
}
