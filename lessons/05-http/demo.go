package main

import (
	"context"
	"os"

	"onthewire/lessons/internal/stage"
)

type demoCommand struct{}

func (demoCommand) Run(ctx context.Context) error {
	s := stage.New(os.Stdout)
	s.Title("LESSON 5", "A socket gives you bytes without marks. When is a request over?", "HTTP/1.1, HTTP/2 and HTTP/3, from the bytes up")
	return ctx.Err()
}
