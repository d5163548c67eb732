// Lesson 4: QUIC, a connection of datagrams with many streams in it.
package main

import (
	"context"
	"os"

	"onthewire/lessons/04-quic/experiments"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/experiment/try"
)

var commands struct {
	Demo       demoCommand       `cmd:"" default:"1" help:"Lose one packet of ten downloads, and count the round trips of a handshake."`
	Serve      serveCommand      `cmd:"" help:"Echo, on every stream of every connection."`
	Say        sayCommand        `cmd:"" help:"Say something to the echo server, and print the answer."`
	Blocking   blockingCommand   `cmd:"" help:"Lose one packet of ten downloads, and see who waits: over TCP, HTTP/2 and QUIC."`
	Timeline   timelineCommand   `cmd:"" help:"Tell a connection of your own as a ladder: every datagram, packet and frame."`
	Replay     replayCommand     `cmd:"" help:"Copy what a client says early, and send it again."`
	Migrate    migrateCommand    `cmd:"" help:"Change the client's address in the middle of a feed, over QUIC and over TCP."`
	Handshakes handshakesCommand `cmd:"" help:"Begin a conversation in every way that TCP, TLS and QUIC have, and count the round trips."`
	Throughput throughputCommand `cmd:"" help:"Download by TCP and by QUIC: how fast, and for how much CPU."`
	Twelve     twelveCommand     `cmd:"" help:"Say twelve bytes over a long link, and count what they cost."`
	Bytes      bytesCommand      `cmd:"" help:"Take the first packets of a handshake apart, byte by byte."`
	Files      filesCommand      `cmd:"" help:"Serve a folder of files, list them, fetch them and send some, over QUIC."`
	Try        tryCommand        `cmd:"" help:"Run an experiment: one thing changed, and what that changes."`
}

func main() {
	if name := "QUIC_GO_DISABLE_RECEIVE_BUFFER_WARNING"; os.Getenv(name) == "" {
		os.Setenv(name, "true") // quic-go wants larger buffers than most systems grant, and says so each time
	}
	cli.Main("lesson4", "Lesson 4: QUIC, a connection of datagrams with many streams in it.", &commands)
}

type tryCommand struct{ try.Command }

func (c tryCommand) Run(ctx context.Context) error {
	return c.Try(ctx, "lesson4", experiments.All())
}
