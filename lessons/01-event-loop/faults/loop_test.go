package faults_test

import (
	"context"
	"testing"

	"onthewire/lessons/01-event-loop/faults"
	"onthewire/lessons/01-event-loop/loop"
)

func TestTheLoopStandsWhatClientsDo(t *testing.T) {
	faults.Run(t, func(ctx context.Context, address string) (*loop.Server, error) {
		return loop.Listen(ctx, address, 1)
	})
}
