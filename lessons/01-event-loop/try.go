//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package main

import (
	"context"

	"onthewire/lessons/01-event-loop/experiments"
	"onthewire/lessons/internal/experiment/try"
)

type tryCommand struct{ try.Command }

func (c tryCommand) Run(ctx context.Context) error {
	return c.Try(ctx, "lesson1", experiments.All())
}
