package main

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"strings"
	"time"

	"onthewire/lessons/03-udp-broadcast/hosts"
	"onthewire/lessons/03-udp-broadcast/multicast"
	"onthewire/lessons/03-udp-broadcast/send"
	"onthewire/lessons/03-udp-broadcast/table"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/stage"
)

type demoCommand struct{}

const (
	greeting = "Hello, broadcast!"
	interval = 700 * time.Millisecond // between announcements: a demo has no half minute to lose
)

// Run plays on the loopback and on hosts of its own. Nothing leaves this machine.
func (demoCommand) Run(ctx context.Context) error {
	missing := lab.Enter()
	s := stage.New(os.Stdout)
	s.Title("LESSON 3", "Sent to everybody. Who hears it?", "one datagram, four receivers, three hosts")
	if err := filter(s); err != nil {
		return err
	}
	if err := permission(s); err != nil {
		return err
	}
	err := neighbours(ctx, s)
	if no, ok := errors.AsType[*experiment.Unavailable](errors.Join(missing, err)); ok {
		s.Measure("here", "%v; %s", no, no.Advice())
	} else if err != nil {
		return err
	}
	s.Say("The address that you bind is a filter, and what you send to everybody passes only those that let it. The lesson takes the filter apart, then builds a discovery on what is left.")
	s.Next(
		[3]string{"read", "lessons/03-udp-broadcast/README.md", "about an hour"},
		[3]string{"break", "make exercise 3.1", "predict who hears"},
		[3]string{"compare", "bin/lesson3 table", "every address with every other"},
	)
	return nil
}

// filter sends one datagram to everybody, and looks which of four sockets have it.
func filter(s *stage.Stage) error {
	here := table.Loopback()
	everybody := netip.MustParseAddr("127.255.255.255")
	here.Destinations = []netip.Addr{everybody}
	s.Step("One datagram for everybody, %v. Four sockets listen.", everybody)
	t, err := table.Filter(here)
	if err != nil {
		return err
	}
	for i, bound := range []string{"bound to 0.0.0.0", "bound to 127.0.0.1", "bound to " + everybody.String(), "connected to the sender"} {
		s.Row(bound, strings.Replace(t.Rows[0].Cells[i], table.Silent, "hears nothing", 1))
	}
	return nil
}

// permission sends without the bit that package net sets for everybody.
func permission(s *stage.Stage) error {
	s.Step("The same from a socket made by hand, SO_BROADCAST not set.")
	from, to := netip.MustParseAddrPort("127.0.0.1:0"), netip.MustParseAddrPort("127.255.255.255:9")
	err := send.ByHand(from, to, []byte(greeting), false)
	if err == nil {
		return errors.New("sendto: the kernel took a broadcast without SO_BROADCAST")
	}
	s.Measure("kernel", "sendto: %s", experiment.ErrnoName(err))
	if err := send.ByHand(from, to, []byte(greeting), true); err != nil {
		return err
	}
	s.Measure("kernel", "with the bit: took all %d bytes, though nobody is there to hear", len(greeting))
	return nil
}

// neighbours lets three hosts find each other, cuts one off, and puts it back.
func neighbours(ctx context.Context, s *stage.Stage) error {
	s.Step("Three hosts on one Ethernet. Nobody has been told who is there.")
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	n, err := hosts.Start(ctx, interval, "anna", "bob", "cleo")
	if err != nil {
		return err
	}
	defer n.Close()
	n.Until(ctx, 1, "anna", "cleo")
	n.Until(ctx, 2, "anna", "bob")
	if _, err := n.Until(ctx, 0, "bob", "cleo"); err != nil {
		return err
	}
	s.Event("each", multicast.Group4.Addr().String(), "I am here")
	s.Measure("anna", "lists bob and cleo")

	s.Step("Cleo's cable is cut. She says nothing, since she does not notice.")
	if err := n.Segment.Hosts[2].Unplug(); err != nil {
		return err
	}
	took, err := n.Until(ctx, 0, "bob")
	if err != nil {
		return err
	}
	s.Measure("anna", "has crossed her off after %s, at the end of her lifetime", stage.Time(took))
	if err := n.Segment.Hosts[2].Plug(); err != nil {
		return err
	}
	if took, err = n.Until(ctx, 0, "bob", "cleo"); err != nil {
		return err
	}
	s.Measure("anna", "lists her again %s after the cable was mended", stage.Time(took))
	s.Measure("all three", "have sent %s bytes, headers not counted", stage.Number(n.Sent()))
	return nil
}
