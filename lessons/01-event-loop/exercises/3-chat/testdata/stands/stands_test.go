//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package chat

import (
	"context"
	"testing"

	"onthewire/lessons/01-event-loop/sock"
	"onthewire/lessons/internal/servertest"
)

func TestTheRoomStandsWhatClientsDo(t *testing.T) {
	servertest.Run(t, servertest.Server{
		Open: func(ctx context.Context, _ servertest.Settings) (string, func(context.Context) error, error) {
			fds, at, err := sock.Listen(ctx, "127.0.0.1:0", 1)
			if err != nil {
				return "", nil, err
			}
			return at.String(), func(ctx context.Context) error { return serve(ctx, fds[0]) }, nil
		},
		Talk: servertest.Chat(maxLine, 1<<20),
	})
}
