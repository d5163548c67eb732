package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"

	"onthewire/lessons/02-socket-options/echo"
	"onthewire/lessons/internal/cli"
)

type serveCommand struct {
	Addr string `default:"127.0.0.1:8080" help:"HOST:PORT to listen on; port 0 takes a free one."`
	Way  string `default:"socket" enum:"socket,control" help:"Who makes the listener: socket, our own calls; control, package net with a Control function."`
}

func (c serveCommand) Run(ctx context.Context) error {
	listener, err := c.listen(ctx)
	if err != nil {
		return cli.NotListening(err)
	}
	cli.Listening(listener.Addr())
	return echo.Serve(ctx, listener, func(peer net.Addr) { fmt.Fprintf(os.Stderr, "client %v\n", peer) })
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
