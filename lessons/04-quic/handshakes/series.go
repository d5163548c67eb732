package handshakes

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/measure"
)

// timeout ends a conversation that does not come to its end.
const timeout = 10 * time.Second

// A Series is several rounds of conversations on links that are equally long.
type Series struct {
	RTT    time.Duration
	Rounds int

	// Open opens a link with so much delay in each direction: network.Open, or something
	// simulated.
	Open func(oneWay time.Duration) (*network.Network, error)

	Progress func(round int, h Handshake) // before each conversation; may be nil
}

// A Result is what the conversations of one kind took: the medians of all rounds.
type Result struct {
	Handshake
	Taken
	Missing *experiment.Unavailable // why there were none, where this system has no lab
}

// Run lets each kind of conversation have its turn in each round. Each turn has a link of its
// own, so that no packet of another is counted.
func (s Series) Run(ctx context.Context, kinds ...Handshake) ([]Result, error) {
	results := make([]Result, len(kinds))
	pairs := make([]*pair, len(kinds))
	taken := make([][]Taken, len(kinds))
	order := make([]int, len(kinds))
	for i, kind := range kinds {
		p, err := newPair(kind)
		if err != nil {
			return nil, err
		}
		results[i].Handshake, pairs[i], order[i] = kind, p, i
	}
	for round := range s.Rounds {
		for _, i := range measure.Rotated(order, round) {
			if kinds[i].Absent != "" {
				continue
			}
			if s.Progress != nil {
				s.Progress(round, kinds[i])
			}
			one, err := s.turn(ctx, pairs[i], round)
			if missing, ok := errors.AsType[*experiment.Unavailable](err); ok {
				results[i].Missing = missing
				continue
			} else if err != nil {
				return nil, err
			}
			taken[i] = append(taken[i], one)
		}
	}
	for i := range results {
		if len(taken[i]) > 0 {
			results[i].Taken = median(taken[i])
		}
	}
	return results, nil
}

// turn is a conversation, in the first round after another if the client has to know the
// server.
func (s Series) turn(ctx context.Context, p *pair, round int) (Taken, error) {
	again := p.resumed || p.token
	if again && round == 0 {
		if _, err := s.converse(ctx, p, false); err != nil {
			return Taken{}, err
		}
	}
	return s.converse(ctx, p, again)
}

// converse is one conversation on a link of its own. returns says that the client has been
// there before.
func (s Series) converse(ctx context.Context, p *pair, returns bool) (taken Taken, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	n, err := s.Open(s.RTT / 2)
	if err != nil {
		return Taken{}, err
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	t := &trips{oneWay: s.RTT / 2}
	switch {
	case !p.TCP:
		n.Tap(func(d network.Datagram) { t.see(d.Time, d.ToServer) })
		taken, err = p.quic(ctx, n, returns, t)
	case n.Missing != nil:
		return Taken{}, n.Missing
	case n.Link == nil:
		return Taken{}, fmt.Errorf("%s: a simulated link carries no TCP", p.Name)
	default:
		n.Link.Tap(func(packet lab.Packet) { t.see(packet.Time, packet.ToServer) })
		taken, err = p.tcp(ctx, n.Link, returns, t)
	}
	if err != nil {
		return Taken{}, fmt.Errorf("%s: %w", p.Name, err)
	}
	return taken, nil
}

// Count has one conversation each over TCP with TLS 1.2, TCP with TLS 1.3, QUIC, and QUIC with
// early data, and counts the round trips until the answer. It takes some 15 round trips of the
// link. Where the system has no lab, the results of QUIC are of a simulated link, and those of
// TCP say what is missing. Where a process is not root, lab.Enter comes first.
func Count(ctx context.Context, rtt time.Duration) ([]Result, error) {
	return Series{RTT: rtt, Rounds: 1, Open: network.Open}.Run(ctx, TLS12, TLS13, QUIC, ZeroRTT)
}

// median takes the middle of each figure.
func median(all []Taken) Taken {
	middle := func(figure func(Taken) int64) int64 {
		var values []int64
		for _, one := range all {
			values = append(values, figure(one))
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	return Taken{
		Request:    time.Duration(middle(func(t Taken) int64 { return int64(t.Request) })),
		Answer:     time.Duration(middle(func(t Taken) int64 { return int64(t.Answer) })),
		RoundTrips: int(middle(func(t Taken) int64 { return int64(t.RoundTrips) })),
	}
}
