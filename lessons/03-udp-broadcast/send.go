package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"

	"onthewire/lessons/03-udp-broadcast/multicast"
	"onthewire/lessons/03-udp-broadcast/send"
	"onthewire/lessons/internal/cli"
)

type sendCommand struct {
	To   netip.AddrPort `default:"255.255.255.255:9000" help:"HOST:PORT to send to."`
	From netip.AddrPort `default:"0.0.0.0:0" help:"HOST:PORT to send from; 0.0.0.0 lets the route decide, port 0 takes a free one."`
	Text string         `default:"Hello, broadcast!" help:"What to send."`
	By   string         `default:"net" enum:"net,hand" help:"How: net, by package net; hand, by system calls of our own."`
	Bit  bool           `default:"true" negatable:"" help:"By hand: set SO_BROADCAST. Package net always does."`
}

// Validate says what makes no sense; kong calls it.
func (c sendCommand) Validate() error {
	switch {
	case c.By == "hand" && !c.To.Addr().Is4():
		return fmt.Errorf("--to %v: by hand we send IPv4 only", c.To)
	case !c.Bit && c.By == "net":
		return errors.New("--no-bit needs --by hand: package net sets SO_BROADCAST on every UDP socket")
	}
	return nil
}

// Run sends. This may reach everybody on your network, which is what you have asked for, so
// it says by which interface.
func (c sendCommand) Run(ctx context.Context) error {
	if c.To.Addr().Is6() && c.From.Addr() == netip.IPv4Unspecified() {
		c.From = netip.AddrPortFrom(netip.IPv6Unspecified(), c.From.Port())
	}
	var err error
	if c.By == "hand" {
		err = send.ByHand(c.From, c.To, []byte(c.Text), c.Bit)
	} else {
		err = send.Net(ctx, c.From, c.To, []byte(c.Text))
	}
	if err != nil {
		return c.advise(err)
	}
	fmt.Printf("sent %d bytes to %v by %s\n", len(c.Text), c.To, c.interfaceName())
	return nil
}

// interfaceName asks the routing table: connecting a UDP socket sends nothing, and chooses
// the address to send from.
func (c sendCommand) interfaceName() string {
	local := c.From.Addr()
	if local.IsUnspecified() {
		conn, err := net.Dial("udp", c.To.String())
		if err != nil {
			return "an interface that the kernel chose"
		}
		defer conn.Close()
		local = conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap()
	}
	name, _, err := multicast.Owner(local)
	if err != nil {
		return "an interface that the kernel chose"
	}
	return name
}

// advise adds what a person would try next.
func (c sendCommand) advise(err error) error {
	switch {
	case errors.Is(err, syscall.ENETUNREACH):
		here := multicast.Broadcasts()
		if len(here) == 0 {
			return cli.Advise(err, "no route leads there, since no interface is up")
		}
		return cli.Advise(err, fmt.Sprintf("no route leads there; --from 127.0.0.1:0 stays on this machine, --to %v is everybody behind %s",
			netip.AddrPortFrom(here[0].Addr, c.To.Port()), here[0].Interface))
	case errors.Is(err, syscall.EACCES):
		return cli.Advise(err, "that address is for everybody, and SO_BROADCAST is not set; leave --no-bit out")
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return cli.Advise(err, "no interface of this machine has that address, leave --from out")
	case errors.Is(err, syscall.EMSGSIZE):
		return cli.Advise(err, "a datagram of UDP over IPv4 has at most 65,507 bytes")
	}
	return err
}
