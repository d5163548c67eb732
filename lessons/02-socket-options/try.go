package main

import (
	"context"

	"onthewire/lessons/02-socket-options/experiments"
	"onthewire/lessons/internal/experiment/try"
)

type tryCommand struct{ try.Command }

func (c tryCommand) Run(ctx context.Context) error {
	return c.Try(ctx, "lesson2", experiments.All())
}
