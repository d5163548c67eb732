package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"onthewire/lessons/02-socket-options/echo"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/drain"
)

type serveCommand struct {
	Addr string `default:"127.0.0.1:8080" help:"HOST:PORT to listen on; port 0 takes a free one."`
	Way  string `default:"socket" enum:"socket,control" help:"Who makes the listener: socket, our own calls; control, package net with a Control function."`

	Drain time.Duration `default:"5s" help:"How long stopping may take; then whoever has not read its answer is reset."`
}

// Validate says what makes no sense; kong calls it.
func (c serveCommand) Validate() error {
	if c.Drain < 0 {
		return fmt.Errorf("--drain %v: a time cannot be negative", c.Drain)
	}
	return nil
}

func (c serveCommand) Run(ctx context.Context) error {
	listener, err := c.listen(ctx)
	if err != nil {
		return cli.NotListening(err)
	}
	cli.Listening(listener.Addr())
	server := &echo.Server{Listener: listener, Drain: c.Drain}
	server.Accepted = func(peer net.Addr) { fmt.Fprintf(os.Stderr, "client %v\n", peer) }
	err = server.Serve(ctx)
	if cut, ok := errors.AsType[*drain.Cut](err); ok { // it has stopped, as it was told
		fmt.Fprintln(os.Stderr, cut)
		return nil
	}
	return err
}

func (c serveCommand) listen(ctx context.Context) (net.Listener, error) {
	if c.Way == "control" {
		return echo.ListenControl(ctx, c.Addr)
	}
	resolved, err := net.ResolveTCPAddr("tcp", c.Addr)
	if err != nil {
		return nil, fmt.Errorf("listen %s: %w", c.Addr, err)
	}
	address := netip.AddrPortFrom(resolved.AddrPort().Addr().Unmap(), uint16(resolved.Port))
	if !address.Addr().IsValid() { // ":8080" names no host, and means all
		address = netip.AddrPortFrom(netip.IPv4Unspecified(), address.Port())
	}
	return echo.Listen(address)
}
