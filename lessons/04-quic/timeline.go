package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"onthewire/lessons/04-quic/echo"
	"onthewire/lessons/04-quic/ladder"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/stage"
)

type timelineCommand struct {
	Bytes   int           `default:"12" help:"How much to say: the same twelve bytes, over and over."`
	Early   bool          `help:"Come a second time, and say it in 0-RTT."`
	Lose    int           `placeholder:"N" help:"Lose the Nth datagram that brings bytes of the answer."`
	To      string        `enum:"client,server" default:"client" help:"On the way to whom: with server it's one of the question."`
	Any     bool          `help:"Count every datagram for --lose, as the ladder numbers them, those of the handshake too."`
	RTT     time.Duration `name:"rtt" default:"50ms" help:"The round trip."`
	JSON    bool          `name:"json" help:"For a program."`
	QLog    string        `name:"qlog" placeholder:"NAME" help:"Write NAME-client.sqlog and NAME-server.sqlog, for qvis."`
	Capture string        `placeholder:"FILE" help:"Write the packets and their keys, for Wireshark."`
}

// Validate says what makes no sense; kong calls it.
func (c timelineCommand) Validate() error {
	switch {
	case c.Bytes < 1 || c.Bytes > echo.Limit:
		return fmt.Errorf("--bytes %d: at least 1, and %d is all that the server reads", c.Bytes, echo.Limit)
	case c.Lose < 0:
		return fmt.Errorf("--lose %d: datagrams are numbered from 1", c.Lose)
	case c.RTT < 0 || c.RTT > 2*time.Second:
		return fmt.Errorf("--rtt %v: at most 2s", c.RTT)
	}
	return nil
}

// Run makes a connection of its own, both ends of it, and tells what went to and fro.
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
	text := bytes.Repeat([]byte("hello, wire\n"), c.Bytes/12+1)[:c.Bytes]
	visit := ladder.Visit{Text: text, Early: c.Early, Lose: c.Lose, ToServer: c.To == "server", Any: c.Any}
	var client, server bytes.Buffer
	if c.QLog != "" {
		visit.ClientLog, visit.ServerLog = &client, &server
	}
	stop, err := c.capture(n, &visit)
	if err != nil {
		return err
	}
	recording, err := ladder.Record(ctx, n, visit)
	if err = errors.Join(err, stop()); err != nil {
		return err
	}
	if c.QLog != "" {
		for end, log := range map[string][]byte{"client": client.Bytes(), "server": server.Bytes()} {
			if err := os.WriteFile(c.QLog+"-"+end+".sqlog", log, 0o600); err != nil {
				return cli.NotWritten(err)
			}
		}
	}
	if c.JSON {
		out := json.NewEncoder(os.Stdout)
		out.SetIndent("", "  ")
		return out.Encode(recording.Rows())
	}
	c.print(n, recording)
	return nil
}

// capture begins to capture, if that is wanted. stop writes the file.
func (c timelineCommand) capture(n *network.Network, visit *ladder.Visit) (stop func() error, err error) {
	if c.Capture == "" {
		return func() error { return nil }, nil
	}
	if n.Missing != nil {
		return nil, fmt.Errorf("--capture needs a link of the lab: %w", n.Missing)
	}
	file, err := os.OpenFile(c.Capture, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, cli.NotWritten(err)
	}
	capture := n.Link.Capture(file)
	visit.KeyLog = capture.KeyLog()
	return func() error { return errors.Join(capture.Close(), file.Close()) }, nil
}

func (c timelineCommand) print(n *network.Network, recording *ladder.Recording) {
	show := stage.New(os.Stdout)
	width := 80
	if show.Narrow() {
		width = 60
	}
	show.Line("")
	for _, line := range ladder.Draw(recording.Rows(), width) {
		show.Line("%s", line)
	}
	if c.Lose > 0 && len(recording.Lost) == 0 {
		show.Say("Nothing was lost, since there were fewer than %d such datagrams to the %s.", c.Lose, c.To)
	}
	if c.QLog != "" {
		show.Say("%s-client.sqlog and %s-server.sqlog are for qvis.", c.QLog, c.QLog)
	}
	if n.Missing != nil {
		show.Say("The network is simulated: %v; %s.", n.Missing, n.Missing.Advice())
	}
}
