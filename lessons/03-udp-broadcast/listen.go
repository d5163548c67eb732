package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"

	"onthewire/lessons/03-udp-broadcast/datagram"
	"onthewire/lessons/03-udp-broadcast/multicast"
	"onthewire/lessons/internal/cli"
)

type listenCommand struct {
	Addr  netip.AddrPort `default:"0.0.0.0:9000" help:"HOST:PORT to bind; port 0 takes a free one."`
	Join  netip.Addr     `help:"A multicast group to join."`
	Iface string         `default:"lo" help:"The interface on which to join."`
	Size  int            `default:"2000" help:"Bytes of our buffer; what is longer is cut off."`
	Count int            `help:"Stop after so many; 0: when interrupted."`
}

// Validate says what makes no sense; kong calls it.
func (c listenCommand) Validate() error {
	switch {
	case c.Size < 1 || c.Size > 65535:
		return fmt.Errorf("--size %d: at least 1 byte, and at most 65,535", c.Size)
	case c.Count < 0:
		return fmt.Errorf("--count %d: it cannot be negative", c.Count)
	case c.Join.IsValid() && !c.Join.IsMulticast():
		return fmt.Errorf("--join %v: that is no group; groups are 224.0.0.0/4 and ff00::/8", c.Join)
	case c.Join.IsValid() && c.Join.Is4() != c.Addr.Addr().Is4():
		return fmt.Errorf("--join %v and --addr %v are of two versions of IP", c.Join, c.Addr)
	}
	return nil
}

func (c listenCommand) Run(ctx context.Context) error {
	conn, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	receiver, err := datagram.NewReceiver(conn, c.Size)
	if err != nil {
		return err
	}
	cli.Listening(conn.LocalAddr())
	if runtime.GOOS == "windows" {
		fmt.Fprintln(os.Stderr, "Windows tells package net neither destination nor interface, TTL or time")
	}
	for n := 0; c.Count == 0 || n < c.Count; n++ {
		d, err := receiver.Next()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		fmt.Println(line(d))
	}
	return nil
}

func (c listenCommand) open(ctx context.Context) (*net.UDPConn, error) {
	network := "udp4"
	if c.Addr.Addr().Is6() {
		network = "udp6"
	}
	conn, err := new(net.ListenConfig).ListenPacket(ctx, network, c.Addr.String())
	if err != nil {
		return nil, cli.NotListening(err)
	}
	if c.Join.IsValid() {
		ifi, err := net.InterfaceByName(c.Iface)
		if err == nil {
			err = multicast.Join(conn.(*net.UDPConn), ifi, c.Join)
		}
		if err != nil {
			conn.Close()
			return nil, cli.Advise(err, "--iface takes an interface that is up, see ip address")
		}
	}
	return conn.(*net.UDPConn), nil
}

// line is a datagram as a person reads it.
func line(d datagram.Datagram) string {
	text := fmt.Sprintf("%d bytes from %v", len(d.Data), d.From)
	if d.To.IsValid() {
		text += fmt.Sprintf(" to %v", d.To)
	}
	if ifi, err := net.InterfaceByIndex(d.Interface); err == nil {
		text += " by " + ifi.Name
	}
	if d.TTL > 0 {
		text += fmt.Sprintf(", TTL %d", d.TTL)
	}
	if !d.At.IsZero() {
		text += d.At.Format(", at 15:04:05.000000")
	}
	text += fmt.Sprintf(": %q", d.Data)
	if d.Truncated {
		text += ", and more, which is lost"
	}
	if d.Dropped > 0 {
		text += fmt.Sprintf("; %d dropped so far", d.Dropped)
	}
	return text
}
