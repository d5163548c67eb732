package main

import (
	"context"
	"os"

	"onthewire/lessons/internal/stage"
)

type demoCommand struct{}

func (demoCommand) Run(ctx context.Context) error {
	s := stage.New(os.Stdout)
	s.Title("LESSON 4", "Ten downloads, one lost packet. Who notices?", "ten over one connection, by TCP and by QUIC")
	return nil
}
