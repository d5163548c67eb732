package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"onthewire/lessons/05-http/network"
	"onthewire/lessons/05-http/waterfall"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/stage"
)

type waterfallCommand struct {
	RTT  time.Duration `name:"rtt" default:"50ms" help:"The round trip."`
	Lose int           `placeholder:"N" help:"Once the page is there, lose the Nth long packet that comes."`
	JSON bool          `name:"json" help:"For a program."`
}

// Validate says what makes no sense; kong calls it.
func (c waterfallCommand) Validate() error {
	if c.RTT < time.Millisecond || c.RTT > 2*time.Second {
		return fmt.Errorf("--rtt %v: at least 1ms, and at most 2s", c.RTT)
	}
	if c.Lose < 0 || c.Lose > 30 {
		return fmt.Errorf("--lose %d: packets are numbered from 1, and at least 30 come", c.Lose)
	}
	return nil
}

// Run loads a page by each protocol, and draws what waits for what.
func (c waterfallCommand) Run(ctx context.Context) error {
	lab.Enter()               // where that cannot be, network.Open says why, and simulates
	log.SetOutput(io.Discard) // net/http logs each connection that ends while it stops
	var loads []waterfall.Load
	var missing *experiment.Unavailable
	for _, protocol := range waterfall.All() {
		n, err := network.Open(c.RTT / 2)
		if err != nil {
			return err
		}
		missing = n.Missing
		var load waterfall.Load
		if c.Lose == 0 {
			load, err = waterfall.Fetch(ctx, n, protocol)
		} else {
			load, err = waterfall.Lose(ctx, n, protocol, c.Lose)
		}
		n.Close()
		if ctx.Err() != nil {
			return ctx.Err()
		} else if err != nil {
			return err
		}
		loads = append(loads, load)
	}
	if c.JSON {
		out := json.NewEncoder(os.Stdout)
		out.SetIndent("", "  ")
		return out.Encode(loads)
	}
	s := stage.New(os.Stdout)
	s.Blank()
	lines, scale := waterfall.Draw(loads, s.Width()-2, c.RTT/2)
	for _, line := range lines {
		s.Line("%s", line)
	}
	s.Blank()
	s.Line("     %s", waterfall.Signs)
	s.Say("A sign is %s.", stage.Time(scale))
	if missing != nil {
		s.Say("The link is simulated: %v; %s.", missing, missing.Advice())
	}
	return nil
}
