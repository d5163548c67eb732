//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package loop_test

import (
	"context"
	"testing"

	"onthewire/lessons/01-event-loop/loop"
	"onthewire/lessons/internal/servertest"
)

func TestTheLoopStandsWhatClientsDo(t *testing.T) {
	servertest.Run(t, servertest.Server{Open: func(ctx context.Context, set servertest.Settings) (string, func(context.Context) error, error) {
		s, err := loop.Listen(ctx, "127.0.0.1:0", 1)
		if err != nil {
			return "", nil, err
		}
		s.Drain, s.Idle = set.Drain, set.Idle
		return s.Addr().String(), s.Run, nil
	}})
}
