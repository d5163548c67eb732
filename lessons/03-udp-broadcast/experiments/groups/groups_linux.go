// Package groups has experiments with who is reached by what is sent to a group.
package groups

import (
	"context"
	"errors"
	"net"
	"strings"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
)

// Groups changes what the sender of a datagram to a group can decide.
var Groups = experiment.Experiment{
	Name:     "groups",
	Subjects: []string{"IP_MULTICAST_LOOP", "IP_MULTICAST_TTL", "IP_MULTICAST_IF", "IPV6_MULTICAST_HOPS"},
	About:    "What the sender of a group decides: its own host, how far, by which way",
	Do:       groups,
}

// Members of the group, each on a socket of its own.
const (
	own      = iota // on the sender's host
	other           // on another host of the segment
	loopback        // on the sender's host, joined on lo
)

// What is sent, and whether somebody hears it.
var cases = []struct {
	name string
	sent way
	who  int
	want bool
}{
	{"by default: this host hears", way{"lan", 1, true}, own, true},
	{"  another host hears", way{"lan", 1, true}, other, true},
	{"loop 0: this host hears", way{"lan", 1, false}, own, false},
	{"  another host hears", way{"lan", 1, false}, other, true},
	{"hops 0: this host hears", way{"lan", 0, true}, own, true},
	{"  another host hears", way{"lan", 0, true}, other, false},
	{"by lo: this host hears on lan", way{"lo", 1, true}, own, false},
	{"  this host hears on lo", way{"lo", 1, true}, loopback, true},
}

func groups(ctx context.Context, r *experiment.Report) error {
	segment, err := lab.OpenSegment(2)
	if err != nil {
		return err
	}
	defer segment.Close()
	r.Shown = true
	for _, v := range versions {
		if err := v.try(ctx, segment.Hosts[0], segment.Hosts[1], r); err != nil {
			return err
		}
	}
	refused, chosen, err := withoutRoute(segment.Hosts[0])
	if err != nil {
		return err
	}
	r.Add("IPv4, no default route: sendto", experiment.ErrnoName(refused))
	r.Add("  IP_MULTICAST_IF set", experiment.ErrnoName(chosen))
	r.Shown = r.Shown && errors.Is(refused, unix.ENETUNREACH) && chosen == errNone
	r.Says = "The sender decides whether its own host hears, how far it goes, and by which interface. Who hears it there, they decide by joining."
	return nil
}

// try sends in each way, with members on both hosts.
func (v version) try(ctx context.Context, here, there *lab.Host, r *experiment.Report) error {
	var members []*net.UDPConn
	defer func() {
		for _, m := range members {
			m.Close()
		}
	}()
	for _, at := range []struct {
		host *lab.Host
		ifi  string
	}{own: {here, "lan"}, other: {there, "lan"}, loopback: {here, "lo"}} {
		if at.ifi == "lo" && v.group.Is6() {
			continue // Linux sends no group of IPv6 by lo
		}
		m, err := v.join(at.host, at.ifi)
		if err != nil {
			return err
		}
		defer context.AfterFunc(ctx, func() { m.Close() })()
		members = append(members, m)
	}
	for _, c := range cases {
		if c.sent.ifi == "lo" && v.group.Is6() {
			continue
		}
		sure := way{"lan", 1, true}
		if c.who == loopback {
			sure.ifi = "lo"
		}
		heard, err := v.hears(here, members[c.who], c.sent, sure)
		if err != nil {
			return err
		}
		name := c.name
		if !strings.HasPrefix(name, " ") {
			name = v.name + ", " + name
		}
		r.Add(name, heard)
		r.Shown = r.Shown && heard == c.want
	}
	return nil
}

// errNone stands for success in a row of errors.
var errNone = errors.New("sent")

// withoutRoute sends to a group from a host with no default route, first without saying by
// which interface.
func withoutRoute(host *lab.Host) (refused, chosen, err error) {
	if err := host.DefaultRoute(false); err != nil {
		return nil, nil, err
	}
	v := versions[0]
	err = host.Do(func() error {
		conn, err := net.ListenUDP("udp4", nil)
		if err != nil {
			return err
		}
		defer conn.Close()
		send := func() error {
			if _, err := conn.WriteTo([]byte("hello, wire\n"), v.to(9)); err != nil {
				return err
			}
			return errNone
		}
		refused = send()
		err = v.set(conn, way{"lan", 1, true})
		chosen = send()
		return err
	})
	return refused, chosen, err
}
