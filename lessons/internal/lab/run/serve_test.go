package main

import (
	"context"
	"net"
	"testing"
	"time"

	"onthewire/lessons/internal/servertest"
)

// On loopback they do what they do on the other host.
func open(serve func(context.Context, net.Listener, time.Duration) error) func(context.Context, servertest.Settings) (string, func(context.Context) error, error) {
	return func(_ context.Context, set servertest.Settings) (string, func(context.Context) error, error) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return "", nil, err
		}
		return listener.Addr().String(), func(ctx context.Context) error { return serve(ctx, listener, set.Drain) }, nil
	}
}

func TestTheEchoStandsWhatClientsDo(t *testing.T) {
	servertest.Run(t, servertest.Server{Open: open(serveEcho)})
}

func TestThePagesStandWhatClientsDo(t *testing.T) {
	servertest.Run(t, servertest.Server{Open: open(servePages), Talk: servertest.Get("/16384", 16<<10)})
}
