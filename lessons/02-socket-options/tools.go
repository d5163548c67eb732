package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"time"

	"onthewire/lessons/02-socket-options/experiments/packets/decode"
	"onthewire/lessons/02-socket-options/experiments/packets/icmp"
	"onthewire/lessons/02-socket-options/experiments/packets/pcapng"
	"onthewire/lessons/02-socket-options/experiments/packets/sniffer"
	"onthewire/lessons/internal/stage"
)

type pingCommand struct {
	Addr  netip.Addr `arg:"" optional:"" default:"127.0.0.1" help:"An IPv4 address."`
	Count int        `short:"c" default:"3" help:"How many questions, one a second."`
}

// Validate says what makes no sense; kong calls it.
func (c pingCommand) Validate() error {
	switch {
	case !c.Addr.Unmap().Is4():
		return fmt.Errorf("%v: the messages of ICMP are for IPv4", c.Addr)
	case c.Count < 1 || c.Count > 1000:
		return fmt.Errorf("--count %d: at least 1 question, and at most 1000", c.Count)
	}
	return nil
}

func (c pingCommand) Run(ctx context.Context) error {
	pinger, err := icmp.Open()
	if err != nil {
		return err
	}
	defer pinger.Close()
	data := []byte("hello, wire\n")
	answers := 0
	for seq := range c.Count {
		asking, cancel := context.WithTimeout(ctx, time.Second)
		reply, err := pinger.Echo(asking, c.Addr.Unmap(), uint16(seq+1), data)
		switch {
		case ctx.Err() != nil:
			cancel()
			return ctx.Err()
		case err == nil:
			answers++
			fmt.Printf("%d bytes from %v: seq=%d ttl=%d time=%s\n", len(data), c.Addr, seq+1, reply.TTL, stage.Time(reply.RoundTrip))
		case errors.Is(err, context.DeadlineExceeded):
			fmt.Printf("no answer from %v: seq=%d\n", c.Addr, seq+1)
		default:
			cancel()
			return err
		}
		if seq+1 < c.Count {
			<-asking.Done() // the rest of this second
		}
		cancel()
	}
	if answers == 0 {
		return fmt.Errorf("ping %v: none of %d was answered", c.Addr, c.Count)
	}
	return nil
}

type sniffCommand struct {
	Iface string `default:"lo" help:"The interface to listen on."`
	Port  uint16 `help:"Only TCP and UDP with this port; 0: everything."`
	Count int    `help:"Stop after so many packets; 0: when interrupted."`
	Write string `placeholder:"FILE" help:"Write them for Wireshark, too (pcapng)."`
}

func (c sniffCommand) Run(ctx context.Context) (err error) {
	s, err := sniffer.Open(c.Iface, sniffer.Filter{Port: c.Port})
	if err != nil {
		return err
	}
	defer s.Close()
	save := func(decode.Packet) error { return nil }
	if c.Write != "" {
		file, err := os.Create(c.Write)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		w, err := pcapng.NewWriter(file, c.Iface, s.Link)
		if err != nil {
			return err
		}
		save = w.Write
	}
	fmt.Fprintf(os.Stderr, "listening on %s\n", c.Iface)
	for n := 0; c.Count == 0 || n < c.Count; n++ {
		p, err := s.Next(ctx)
		if ctx.Err() != nil {
			break // interrupted, which is how it ends
		}
		if err != nil {
			return err
		}
		fmt.Println(decode.Line(p))
		if err := save(p); err != nil {
			return fmt.Errorf("write %s: %w", c.Write, err)
		}
	}
	if dropped, err := s.Dropped(); err == nil && dropped > 0 {
		fmt.Fprintf(os.Stderr, "the kernel dropped %d packets: we were too slow\n", dropped)
	}
	return nil
}
