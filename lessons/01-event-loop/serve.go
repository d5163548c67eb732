//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"onthewire/lessons/01-event-loop/goroutines"
	"onthewire/lessons/01-event-loop/iocp"
	"onthewire/lessons/01-event-loop/loop"
	"onthewire/lessons/01-event-loop/sock"
	"onthewire/lessons/01-event-loop/threads"
	"onthewire/lessons/01-event-loop/tiny"
	"onthewire/lessons/01-event-loop/uring"
	"onthewire/lessons/internal/cli"
)

type serveCommand struct {
	Addr       string        `default:"127.0.0.1:9000" help:"HOST:PORT to listen on; port 0 takes a free one."`
	Engine     string        `default:"loop" enum:"loop,tiny,goroutines,threads,uring,iocp" help:"Who echoes: loop, the event loop; tiny, the same idea trusting its clients; goroutines, on package net; threads, one a client; uring, on io_uring (Linux); iocp, on a completion port (Windows)."`
	Loops      int           `default:"1" help:"Event loops, each with a thread of its own."`
	Idle       time.Duration `default:"0s" help:"Close a connection that moves no byte for so long; 0s: never."`
	MaxPending int           `default:"262144" help:"Bytes kept for a client that does not read."`
	Drain      time.Duration `default:"5s" help:"How long stopping may take; then whoever has not read its answer is reset."`
}

// Validate says which numbers make no sense; kong calls it.
func (c serveCommand) Validate() error {
	switch {
	case c.Loops < 1 || c.Loops > 256:
		return fmt.Errorf("--loops %d: there must be at least 1 loop and at most 256", c.Loops)
	case c.Idle < 0:
		return fmt.Errorf("--idle %v: a time cannot be negative", c.Idle)
	case c.MaxPending < 1:
		return fmt.Errorf("--max-pending %d: at least 1 byte has to be kept", c.MaxPending)
	case c.Drain < 0:
		return fmt.Errorf("--drain %v: a time cannot be negative", c.Drain)
	case c.Engine == "tiny" && c.Drain != 5*time.Second:
		return errors.New("--engine tiny knows only --addr: it does not drain")
	case c.Engine != "loop" && (c.Loops > 1 || c.Idle > 0 || c.MaxPending != 256<<10):
		return fmt.Errorf("--engine %s knows only --addr and --drain", c.Engine)
	}
	return nil
}

func (c serveCommand) Run(ctx context.Context) error {
	if c.Engine == "tiny" {
		return c.serveTiny(ctx)
	}
	server, err := c.listen(ctx)
	if err != nil {
		return cli.NotListening(err)
	}
	cli.Listening(server.Addr())
	err = server.Run(ctx)
	if cut, ok := errors.AsType[*sock.Cut](err); ok { // it has stopped, as it was told
		fmt.Fprintln(os.Stderr, cut)
		return nil
	}
	return err
}

// An engine is an echo server that listens already.
type engine interface {
	Addr() netip.AddrPort
	Run(context.Context) error
}

func (c serveCommand) listen(ctx context.Context) (engine, error) {
	switch c.Engine {
	case "goroutines":
		server, err := goroutines.Listen(ctx, c.Addr)
		if err == nil {
			server.Drain = c.Drain
		}
		return server, err
	case "threads":
		server, err := threads.Listen(ctx, c.Addr)
		if err == nil {
			server.Drain = c.Drain
		}
		return server, err
	case "uring":
		server, err := uring.Listen(ctx, c.Addr)
		if err == nil {
			server.Drain = c.Drain
		}
		return server, err
	case "iocp":
		server, err := iocp.Listen(ctx, c.Addr)
		if err == nil {
			server.Drain = c.Drain
		}
		return server, err
	}
	server, err := loop.Listen(ctx, c.Addr, c.Loops)
	if err == nil {
		server.Idle, server.MaxPending, server.Drain, server.Trace = c.Idle, c.MaxPending, c.Drain, complain()
	}
	return server, err
}

// serveTiny does not wait for tiny to return: no context can wake it.
func (c serveCommand) serveTiny(ctx context.Context) error {
	listeners, at, err := sock.Listen(ctx, c.Addr, 1)
	if err != nil {
		return cli.NotListening(err)
	}
	cli.Listening(at)
	failed := make(chan error, 1)
	go func() { failed <- tiny.Serve(ctx, listeners[0]) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return nil
	}
}

// complain tells whoever runs the server that it had to leave clients waiting, once.
func complain() func(call string, fd, n int, err error) {
	var said atomic.Bool
	return func(call string, fd, n int, err error) {
		if err != nil && call == "accept" && (errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)) && said.CompareAndSwap(false, true) {
			fmt.Fprintf(os.Stderr, "accept: %v; new clients wait until others leave, see ulimit -n\n", err)
		}
	}
}
