package main

import (
	"context"
	"os"
	"time"

	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/04-quic/replay"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/stage"
)

type replayCommand struct{}

func (c replayCommand) Run(ctx context.Context) error {
	lab.Enter() // where that cannot be, the network is simulated
	n, err := network.Open(10 * time.Millisecond)
	if err != nil {
		return err
	}
	defer n.Close()
	s := stage.New(os.Stdout)
	s.Title("REPLAY", "A thief copies what nobody can read", "a purse of a hundred coins, and a client who has been there before")
	for _, server := range replay.Servers {
		s.Step("%s.", server.About)
		for act, err := range replay.Play(ctx, n, server) {
			if err != nil {
				return err
			}
			c.show(s, act)
		}
	}
	s.Say("The copy is as good as the original. So a server has to remember which tickets it has seen, or do early only what may be done twice.")
	if n.Missing != nil {
		s.Say("The network was simulated: %v; %s.", n.Missing, n.Missing.Advice())
	}
	return nil
}

func (replayCommand) show(s *stage.Stage, act replay.Act) {
	switch {
	case !act.Copy:
		s.Event("client", "purse", "pay 10, with its first packet")
		s.Measure("client", "%s, after %s", act.Outcome, stage.Time(act.Took))
	case act.After == 0:
		s.Event("thief", "purse", "a copy of those %d datagrams", act.Datagrams)
	default:
		s.Event("thief", "purse", "the copy, %s later", stage.Time(act.After))
	}
	s.Measure("purse", "%s", act.Left)
}
