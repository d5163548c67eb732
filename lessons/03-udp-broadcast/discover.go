package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"onthewire/lessons/03-udp-broadcast/discover"
	"onthewire/lessons/03-udp-broadcast/multicast"
	"onthewire/lessons/internal/stage"
)

type discoverCommand struct {
	Name     string        `help:"What to be called; the name of this machine if there is none."`
	Service  string        `default:"chat" help:"What to announce."`
	Port     uint16        `default:"9000" help:"The port of that service."`
	Interval time.Duration `default:"10s" help:"Between announcements. Whoever misses three of them has left."`
	Iface    []string      `help:"Only these interfaces; lo keeps it on this machine."`
	All      bool          `help:"Show who was heard again, too, and what was dropped."`

	waiting bool // for an interface
}

// Validate says what makes no sense; kong calls it.
func (c discoverCommand) Validate() error {
	if c.Interval < time.Second || c.Interval > 40*time.Second {
		return fmt.Errorf("--interval %v: at least 1s, and at most 40s", c.Interval)
	}
	return nil
}

// Run announces on every interface, which is what you have asked for, and names each.
func (c discoverCommand) Run(ctx context.Context) error {
	if c.Name == "" {
		c.Name, _ = os.Hostname() // without one, the name is refused like any other empty name
	}
	sent, bytes, last := 0, 0, 0
	err := (&discover.Node{
		Name: c.Name, Service: c.Service, Port: c.Port, Interval: c.Interval,
		Interfaces: c.interfaces, Open: multicast.Open,
		Events: func(e discover.Event) {
			if e.Kind == discover.Sent {
				sent, bytes, last = sent+1, bytes+e.Size, e.Size
				return
			}
			c.print(e)
		},
	}).Run(ctx)
	if err == nil {
		hourly := last * int(time.Hour/c.Interval)
		fmt.Printf("sent %s datagrams, %s bytes; once all are found, %s bytes an hour on each interface\n",
			stage.Number(sent), stage.Number(bytes), stage.Number(hourly))
	}
	return err
}

// interfaces are those that there are, or those of them that were named. It says when there
// are none, once: one may still come.
func (c *discoverCommand) interfaces() ([]string, error) {
	names, err := multicast.Interfaces()
	if len(c.Iface) > 0 {
		names = append(names, multicast.Loopback) // which is only used where it is asked for
		names = slices.DeleteFunc(names, func(name string) bool {
			device, _, _ := strings.Cut(name, " ")
			return !slices.Contains(c.Iface, device)
		})
	}
	if err == nil && len(names) == 0 && !c.waiting {
		fmt.Fprintln(os.Stderr, "no interface is up that leads to anybody; waiting for one, --iface lo stays on this machine")
	}
	c.waiting = len(names) == 0
	return names, err
}

func (c discoverCommand) print(e discover.Event) {
	p := e.Peer
	switch e.Kind {
	case discover.LinkUp:
		fmt.Printf("announcing on %s\n", p.Link)
	case discover.LinkDown:
		fmt.Printf("no longer on %s%s\n", p.Link, because(e.Err))
	case discover.Joined, discover.Left:
		fmt.Printf("%-9s %s: %s at %v, by %s\n", e.Kind, p.Name, p.Service, p.Addr, p.Link)
	case discover.Refreshed:
		if c.All {
			fmt.Printf("%-9s %s\n", e.Kind, p.Name)
		}
	case discover.Dropped:
		if c.All {
			fmt.Printf("%-9s %d bytes from %v%s\n", e.Kind, e.Size, p.Addr.Addr(), because(e.Err))
		}
	}
}

func because(err error) string {
	if err == nil {
		return ""
	}
	return ": " + err.Error()
}
