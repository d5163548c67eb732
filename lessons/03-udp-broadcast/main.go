// Lesson 3: datagrams for everybody, and who hears them.
package main

import (
	"context"

	"onthewire/lessons/03-udp-broadcast/experiments"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/experiment/try"
)

var commands struct {
	Demo     demoCommand     `cmd:"" default:"1" help:"Show who hears a datagram, and how three hosts find each other."`
	Send     sendCommand     `cmd:"" help:"Send one datagram."`
	Listen   listenCommand   `cmd:"" help:"Show every datagram that a socket hears, with all that the kernel knows."`
	Table    tableCommand    `cmd:"" help:"Try every address to send to against every address to bind."`
	Discover discoverCommand `cmd:"" help:"Announce a service to the neighbours, and list theirs."`
	MDNS     mdnsCommand     `cmd:"" name:"mdns" help:"Ask the neighbours for a host or a service, by multicast DNS."`
	Try      tryCommand      `cmd:"" help:"Run an experiment: one thing changed, and what that changes."`
	Twelve   twelveCommand   `cmd:"" help:"Say twelve bytes over a long link, and count what they cost."`
}

func main() {
	cli.Main("lesson3", "Lesson 3: datagrams for everybody, and who hears them.", &commands)
}

type tryCommand struct{ try.Command }

func (c tryCommand) Run(ctx context.Context) error {
	return c.Try(ctx, "lesson3", experiments.All())
}
