package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"
	"unicode"

	"onthewire/lessons/03-udp-broadcast/mdns"
	"onthewire/lessons/03-udp-broadcast/multicast"
	"onthewire/lessons/internal/cli"
)

type mdnsCommand struct {
	Name  string        `arg:"" help:"A host, such as printer.local, or a service, such as _ipp._tcp."`
	Iface string        `help:"By which interface to ask; the first that has groups if there is none."`
	IPv6  bool          `name:"ipv6" help:"Ask by IPv6."`
	Wait  time.Duration `default:"2s" help:"How long to wait for answers."`
}

// Validate says what makes no sense; kong calls it.
func (c mdnsCommand) Validate() error {
	if c.Wait <= 0 || c.Wait > time.Hour {
		return fmt.Errorf("--wait %v: more than 0, and at most an hour", c.Wait)
	}
	return nil
}

// Run asks everybody behind one interface, which is what you have asked for, and names it.
func (c mdnsCommand) Run(ctx context.Context) error {
	way, err := c.way()
	if err != nil {
		return err
	}
	link, err := mdns.Open(way)
	if err != nil {
		return err
	}
	name := mdns.Complete(c.Name)
	fmt.Printf("asking for %s by %s\n", printable(name), way)
	waiting, cancel := context.WithTimeout(ctx, c.Wait)
	defer cancel()
	found, err := link.Lookup(waiting, name, func(from net.Addr, why error) {
		fmt.Fprintf(os.Stderr, "dropped what %v said: %v\n", from, why)
	})
	if err != nil {
		return err
	}
	for _, s := range found {
		fmt.Print(describe(s))
	}
	if len(found) == 0 && ctx.Err() == nil {
		return cli.Advise(fmt.Errorf("nobody here answers for %s", printable(name)), "_services._dns-sd._udp asks for all services that there are")
	}
	return ctx.Err()
}

// way is an interface and a version of IP, as package multicast names them.
func (c mdnsCommand) way() (string, error) {
	ways, err := multicast.Interfaces()
	if err != nil {
		return "", err
	}
	version := "IPv4"
	if c.IPv6 {
		version = "IPv6"
	}
	for _, way := range ways {
		device, v, _ := strings.Cut(way, " ")
		if v == version && (c.Iface == "" || c.Iface == device) {
			return way, nil
		}
	}
	if c.Iface != "" {
		return "", cli.Advise(fmt.Errorf("no groups by %s on %s", version, c.Iface), "--iface takes an interface that is up, see ip address")
	}
	return "", cli.Advise(errors.New("no interface here has groups by "+version), "see ip address")
}

func describe(s mdns.Service) string {
	var b strings.Builder
	b.WriteString(printable(s.Name))
	if s.Port > 0 {
		fmt.Fprintf(&b, "\n  at %s port %d", printable(s.Host), s.Port)
	}
	for _, addr := range s.Addrs {
		fmt.Fprintf(&b, "\n  %v", addr)
	}
	for _, text := range s.Text {
		fmt.Fprintf(&b, "\n  %s", printable(text))
	}
	return b.String() + "\n"
}

// printable keeps what a stranger says from writing on somebody's terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
}
