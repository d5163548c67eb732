package main

import (
	"context"

	"onthewire/lessons/03-udp-broadcast/experiments"
	"onthewire/lessons/internal/experiment/try"
)

type tryCommand struct{ try.Command }

func (c tryCommand) Run(ctx context.Context) error {
	return c.Try(ctx, "lesson3", experiments.All())
}
