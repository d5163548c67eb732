package vanished

import (
	"context"
	"net"
	"testing"
	"time"

	"onthewire/lessons/internal/servertest"
)

func TestTheRoomStandsWhatClientsDo(t *testing.T) {
	servertest.Run(t, servertest.Server{
		Open: func(ctx context.Context, _ servertest.Settings) (string, func(context.Context) error, error) {
			var plain net.ListenConfig
			plain.SetMultipathTCP(false)
			listener, err := plain.Listen(ctx, "tcp4", "127.0.0.1:0")
			if err != nil {
				return "", nil, err
			}
			run := func(ctx context.Context) error { return serve(ctx, listener, 10*time.Second) }
			return listener.Addr().String(), run, nil
		},
		Talk: servertest.Chat(32<<10, 1<<20),
	})
}
