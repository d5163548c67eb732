package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"time"

	"onthewire/lessons/06-pitfalls/all"
	"onthewire/lessons/06-pitfalls/hostile"
	"onthewire/lessons/06-pitfalls/pitfall"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/stage"
)

type againstCommand struct {
	Addr    string        `arg:"" help:"Where your server listens, on this machine."`
	Speaks  string        `enum:"echo,http,tls,detect" default:"detect" help:"What it speaks: echo, http (1.1, in the clear), tls (only its handshakes)."`
	Silence time.Duration `default:"3s" help:"How long the client that says nothing waits to be hung up on."`
	Many    int           `default:"500" help:"How many connect at once and say nothing."`
	JSON    bool          `help:"Print the findings as JSON, a line each."`
}

// Validate says what makes no sense; kong calls it.
func (c againstCommand) Validate() error {
	switch {
	case c.Silence < time.Millisecond || c.Silence > time.Hour:
		return fmt.Errorf("--silence %v: at least 1ms and at most 1h", c.Silence)
	case c.Many < 1 || c.Many > 100_000:
		return fmt.Errorf("--many %d: at least 1 and at most 100,000", c.Many)
	}
	return nil
}

func (c againstCommand) Run(ctx context.Context) error {
	address, err := netip.ParseAddrPort(c.Addr)
	if err != nil || !address.Addr().IsLoopback() {
		return cli.Advise(fmt.Errorf("against %s: these clients go to no other machine", c.Addr), "try 127.0.0.1:PORT")
	}
	server := hostile.Server{Addr: c.Addr, Answer: 2 * time.Second, Silence: c.Silence, Many: c.Many}
	protocols := hostile.Protocols()
	if i := slices.IndexFunc(protocols, func(p hostile.Protocol) bool { return p.Name == c.Speaks }); i >= 0 {
		server.Speaks = protocols[i]
	} else if server.Speaks, err = server.Detect(ctx); err != nil {
		return cli.Advise(fmt.Errorf("against %s: %w", c.Addr, err), "start your server, or say what it speaks by --speaks")
	}
	tell := c.tell(server.Speaks.Name)
	met, fell := 0, 0
	err = server.Play(ctx, func(f hostile.Finding) {
		if met++; f.Verdict == hostile.Fell {
			fell++
		}
		tell(f)
	})
	if err == nil && fell > 0 {
		return fmt.Errorf("against %s: %d of %d clients found a mistake", c.Addr, fell, met)
	}
	return err
}

// tell prints findings, as JSON or for a person.
func (c againstCommand) tell(speaks string) func(hostile.Finding) {
	if c.JSON {
		out := json.NewEncoder(os.Stdout)
		return func(f hostile.Finding) { out.Encode(f) }
	}
	s := stage.New(os.Stdout)
	s.Say("%s speaks %s. From here on, its clients do not mean well.", c.Addr, speaks)
	s.Blank()
	return func(f hostile.Finding) {
		s.Line("  %-5s  %s", f.Verdict, f.Client)
		s.Line("         %s", f.Saw)
		if i := slices.IndexFunc(all.Pitfalls(), func(p pitfall.Pitfall) bool { return p.Name == f.Pitfall }); i >= 0 {
			p := all.Pitfalls()[i]
			s.Line("         pitfall %d: bin/lesson6 run %s", p.Number, p.Name)
		}
	}
}
