package iocp_test

import (
	"context"
	"testing"

	"onthewire/lessons/01-event-loop/iocp"
	"onthewire/lessons/internal/servertest"
)

func TestItStandsWhatClientsDo(t *testing.T) {
	servertest.Run(t, servertest.Server{Open: func(ctx context.Context, set servertest.Settings) (string, func(context.Context) error, error) {
		s, err := iocp.Listen(ctx, "127.0.0.1:0")
		if err != nil {
			return "", nil, err
		}
		s.Drain = set.Drain
		return s.Addr().String(), s.Run, nil
	}})
}
