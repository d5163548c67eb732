package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"onthewire/lessons/04-quic/ladder"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/stage"
)

type timelineCommand struct {
	Bytes int           `default:"12" help:"How much to say, 10000 at most; 12 are \"hello, wire\" and its newline."`
	Early bool          `help:"Come a second time, and say it in 0-RTT."`
	Lose  int           `help:"Lose one datagram: the nth of those to one side, as they are numbered in the ladder."`
	To    string        `enum:"client,server" default:"client" help:"To whom it is lost, client or server."`
	RTT   time.Duration `name:"rtt" default:"50ms" help:"The round trip."`
	JSON  bool          `name:"json" help:"For a program."`
}

func (c timelineCommand) Run(ctx context.Context) error {
	if err := lab.Enter(); err != nil {
		if _, unavailable := errors.AsType[*experiment.Unavailable](err); !unavailable {
			return err
		}
	}
	n, err := network.Open(c.RTT / 2)
	if err != nil {
		return err
	}
	defer n.Close()
	visit := ladder.Visit{Text: text(c.Bytes), Early: c.Early, Before: func() {
		if c.Lose > 0 {
			n.Drop(c.Lose, c.To == "server")
		}
	}}
	recording, err := ladder.Record(ctx, n, visit)
	if err != nil {
		return err
	}
	if c.JSON {
		out := json.NewEncoder(os.Stdout)
		out.SetIndent("", "  ")
		return out.Encode(recording.Rows())
	}
	show := stage.New(os.Stdout)
	width := 80
	if show.Narrow() {
		width = 60
	}
	for _, line := range ladder.Draw(recording.Rows(), width) {
		show.Line("%s", line)
	}
	fmt.Println()
	return nil
}

func text(size int) []byte {
	text := []byte("hello, wire\n")
	for len(text) < size {
		text = append(text, text...)
	}
	return text[:size]
}
