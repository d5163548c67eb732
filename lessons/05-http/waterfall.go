package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"time"

	"onthewire/lessons/05-http/waterfall"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/network"
	"onthewire/lessons/internal/stage"
)

type waterfallCommand struct {
	RTT   time.Duration `name:"rtt" default:"50ms" help:"The round trip."`
	Lose  int           `placeholder:"N" help:"Once the page is there, lose the Nth long packet that comes."`
	Loss  float64       `placeholder:"SHARE" help:"Lose packets at random: 0.02 is one in fifty; needs the lab."`
	Pages int           `default:"1" help:"How often to load it; with more than one, how long it took is shown."`
	JSON  bool          `name:"json" help:"For a program."`
}

// Validate says what makes no sense; kong calls it.
func (c waterfallCommand) Validate() error {
	switch {
	case c.RTT < time.Millisecond || c.RTT > 2*time.Second:
		return fmt.Errorf("--rtt %v: at least 1ms, and at most 2s", c.RTT)
	case c.Lose < 0 || c.Lose > 30:
		return fmt.Errorf("--lose %d: packets are numbered from 1, and at least 30 come", c.Lose)
	case c.Loss < 0 || c.Loss > 0.1:
		return fmt.Errorf("--loss %v: a share of the packets, at most 0.1", c.Loss)
	case c.Pages < 1 || c.Pages > 1000:
		return fmt.Errorf("--pages %d: at least 1, and at most 1000", c.Pages)
	}
	return nil
}

// Run loads a page by each protocol in turn, and draws what waits for what.
func (c waterfallCommand) Run(ctx context.Context) error {
	lab.Enter()               // where that cannot be, network.Open says why, and simulates
	log.SetOutput(io.Discard) // net/http logs each connection that ends while it stops
	defer cli.ProgressDone()
	var loads []waterfall.Load
	var missing *experiment.Unavailable
	for i := range c.Pages {
		cli.Progress("page %d of %d", i+1, c.Pages)
		for _, protocol := range waterfall.All() {
			load, lacks, err := c.load(ctx, protocol)
			if ctx.Err() != nil {
				return ctx.Err()
			} else if err != nil {
				return err
			}
			loads, missing = append(loads, load), lacks
		}
	}
	cli.ProgressDone()
	if c.JSON {
		out := json.NewEncoder(os.Stdout)
		out.SetIndent("", "  ")
		return out.Encode(loads)
	}
	s := stage.New(os.Stdout)
	s.Blank()
	if c.Pages == 1 {
		lines, scale := waterfall.Draw(loads, s.Width()-2, c.RTT/2)
		for _, line := range lines {
			s.Line("%s", line)
		}
		s.Blank()
		s.Line("     %s", waterfall.Signs)
		s.Say("A sign is %s.", stage.Time(scale))
	} else {
		showPages(s, loads)
	}
	if missing != nil {
		s.Say("The link is simulated: %v; %s.", missing, missing.Advice())
	}
	return nil
}

// load loads the page once, over a network of its own.
func (c waterfallCommand) load(ctx context.Context, p waterfall.Protocol) (load waterfall.Load, missing *experiment.Unavailable, err error) {
	n, err := network.Open(c.RTT / 2)
	if err != nil {
		return load, nil, err
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	if c.Loss > 0 {
		if n.Missing != nil {
			return load, nil, n.Missing
		}
		if err := n.Link.Set(lab.Way{Delay: c.RTT / 2, Loss: c.Loss}); err != nil {
			return load, nil, err
		}
	}
	if c.Lose > 0 {
		load, err = waterfall.Lose(ctx, n, p, c.Lose)
	} else {
		load, err = waterfall.Fetch(ctx, n, p)
	}
	return load, n.Missing, err
}

// showPages shows how long loads of the same page took.
func showPages(s *stage.Stage, loads []waterfall.Load) {
	s.Line("     %-10s %8s %8s %8s", "", "median", "9 of 10", "slowest")
	for _, p := range waterfall.All() {
		var took []time.Duration
		for _, load := range loads {
			if load.Protocol == p.Name {
				took = append(took, load.Took)
			}
		}
		slices.Sort(took)
		at := func(share float64) string {
			return fmt.Sprintf("%d ms", took[min(int(share*float64(len(took))), len(took)-1)].Milliseconds())
		}
		s.Line("     %-10s %8s %8s %8s", p.Name, at(0.5), at(0.9), at(1))
	}
}
