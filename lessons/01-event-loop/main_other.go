//go:build !linux && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd

// Lesson 1 on a system that has neither epoll nor kqueue. Windows completes operations instead
// of announcing readiness, so only the server on goroutines runs there.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"onthewire/lessons/01-event-loop/goroutines"
	"onthewire/lessons/01-event-loop/sock"
	"onthewire/lessons/internal/cli"
)

type serveCommand struct {
	Addr  string        `default:"127.0.0.1:9000" help:"HOST:PORT to listen on; port 0 takes a free one."`
	Drain time.Duration `default:"5s" help:"How long stopping may take; then whoever has not read its answer is reset."`
}

func (c serveCommand) Run(ctx context.Context) error {
	server, err := goroutines.Listen(ctx, c.Addr)
	if err != nil {
		return cli.NotListening(err)
	}
	server.Drain = c.Drain
	cli.Listening(server.Addr())
	err = server.Run(ctx)
	if cut, ok := errors.AsType[*sock.Cut](err); ok { // it has stopped, as it was told
		fmt.Fprintln(os.Stderr, cut)
		return nil
	}
	return err
}

var commands struct {
	Serve serveCommand `cmd:"" help:"Echo on an address until interrupted, with a goroutine for each client."`
}

func main() {
	cli.Main("lesson1", "Lesson 1: one thread, a thousand clients. This system has neither epoll nor kqueue, so only the server on goroutines runs here.", &commands)
}
