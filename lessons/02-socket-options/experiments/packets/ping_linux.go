package packets

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"time"

	"onthewire/lessons/02-socket-options/icmp"
	"onthewire/lessons/02-socket-options/tap"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/packet"
)

var Ping = experiment.Experiment{
	Name:     "ping",
	Subjects: []string{"SOCK_RAW", "SOCK_DGRAM", "IPPROTO_ICMP"},
	About:    "An echo by hand, on two kinds of sockets",
	Do:       runPing,
}

const pingDelay = 10 * time.Millisecond // each way

func runPing(ctx context.Context, r *experiment.Report) (err error) {
	link, err := lab.Open(lab.Way{Delay: pingDelay}, lab.Way{Delay: pingDelay})
	if err != nil {
		return err
	}
	defer link.Close()
	_, refused := pingOnce(ctx, link, icmp.OpenDatagram) // a new network namespace lets nobody
	if refused != nil && !errors.Is(refused, os.ErrPermission) {
		return refused
	}
	raw, err := pingOnce(ctx, link, icmp.OpenRaw)
	if err != nil {
		return err
	}
	if err := link.Client.Do(letRootsGroupPing); err != nil {
		return err
	}
	datagram, err := pingOnce(ctx, link, icmp.OpenDatagram)
	if err != nil {
		return err
	}
	r.Add("SOCK_RAW: round trip", raw.reply.RoundTrip)
	r.Add("  the identifier is the one we wrote", raw.ours)
	r.Add("SOCK_DGRAM, nobody may ping", refused)
	r.Add("SOCK_DGRAM, our group may: round trip", datagram.reply.RoundTrip)
	r.Add("  the identifier is the one we wrote", datagram.ours)
	const least = 2 * pingDelay
	r.Shown = refused != nil && raw.reply.RoundTrip >= least && datagram.reply.RoundTrip >= least && raw.ours && !datagram.ours
	r.Says = "A raw socket sends what you write, so it takes CAP_NET_RAW. The other one puts in an identifier of its own, and knows by it which answers are yours."
	return nil
}

// letRootsGroupPing lets the groups from 0 to 0 ping without a privilege (icmp(7)). On every
// host of the lab we are in that group.
func letRootsGroupPing() error {
	return os.WriteFile("/proc/sys/net/ipv4/ping_group_range", []byte("0 0"), 0)
}

// An echo is what came of a question.
type echo struct {
	reply icmp.Reply
	ours  bool // the question went out with the identifier that we had written
}

func pingOnce(ctx context.Context, link *lab.Link, open func() (*icmp.Pinger, error)) (e echo, err error) {
	var p *icmp.Pinger
	if err := link.Client.Do(func() (err error) { p, err = open(); return err }); err != nil {
		return e, err
	}
	defer p.Close()
	seen, remove := tap.On(link, lab.ClientAddr)
	defer remove()
	if e.reply, err = p.Echo(ctx, lab.ServerAddr, 1, []byte("hello, wire\n")); err != nil {
		return e, err
	}
	question, err := tap.Next(ctx, seen, func(q packet.Packet) bool { return q.Protocol == packet.ICMP })
	if err != nil {
		return e, err
	}
	if len(question.Payload) < 8 {
		return e, fmt.Errorf("the question has %d bytes", len(question.Payload))
	}
	e.ours = binary.BigEndian.Uint16(question.Payload[4:]) == p.ID
	return e, nil
}
