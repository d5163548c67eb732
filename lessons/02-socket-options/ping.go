package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"onthewire/lessons/02-socket-options/icmp"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/stage"
)

type pingCommand struct {
	Host  string `arg:"" optional:"" default:"127.0.0.1" help:"A name or an IPv4 address."`
	Count int    `short:"c" default:"3" help:"How many questions, one a second."`
}

// Validate says what makes no sense; kong calls it.
func (c pingCommand) Validate() error {
	if c.Count < 1 || c.Count > 1000 {
		return fmt.Errorf("--count %d: at least 1 question, and at most 1000", c.Count)
	}
	return nil
}

func (c pingCommand) Run(ctx context.Context) error {
	to, err := resolve(ctx, c.Host)
	if err != nil {
		return err
	}
	pinger, err := icmp.Open()
	if err != nil {
		return err
	}
	defer pinger.Close()
	data := []byte("hello, wire\n")
	answers := 0
	for seq := range c.Count {
		asking, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		reply, err := pinger.Echo(asking, to, uint16(seq+1), data)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil:
			answers++
			fmt.Printf("%d bytes from %v: seq=%d ttl=%d time=%s\n", len(data), to, seq+1, reply.TTL, stage.Time(reply.RoundTrip))
		case errors.Is(err, context.DeadlineExceeded):
			fmt.Printf("no answer from %v: seq=%d\n", to, seq+1)
		default:
			return err
		}
		if seq+1 < c.Count {
			<-asking.Done() // the rest of this second
		}
		cancel()
	}
	if answers == 0 {
		return fmt.Errorf("ping %s: none of %d was answered", c.Host, c.Count)
	}
	return nil
}

// resolve is the first IPv4 address of a host.
func resolve(ctx context.Context, host string) (netip.Addr, error) {
	if addr, err := netip.ParseAddr(host); err == nil && !addr.Unmap().Is4() {
		return addr, &experiment.Unavailable{Why: fmt.Sprintf("ping %v: the messages of ICMP are for IPv4", addr), Remedy: "ping an IPv4 address, or a name that has one"}
	}
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip4", host)
	if err != nil {
		return netip.Addr{}, &experiment.Unavailable{Why: fmt.Sprintf("ping %s: %v", host, err), Remedy: "try ping 127.0.0.1"}
	}
	return found[0].Unmap(), nil
}
