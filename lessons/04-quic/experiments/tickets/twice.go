package tickets

import (
	"context"
	"crypto/tls"
	"net"
	"time"

	"onthewire/lessons/04-quic/early"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/04-quic/purse"
	"onthewire/lessons/04-quic/replay"
	"onthewire/lessons/internal/experiment"
)

// Twice has two servers that each take a ticket once, and do not ask each other.
var Twice = experiment.Experiment{
	Name:      "twice",
	Subjects:  []string{"single-use tickets", "replay", "0-RTT"},
	About:     `Two servers with the same keys and one purse, and an early "pay 10"`,
	Simulated: true,
	Do:        twice,
}

func twice(ctx context.Context, r *experiment.Report) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	var left [2]string
	var rejected [2]bool
	for i, defence := range []struct {
		about      string
		mayBeEarly func(string) bool
	}{
		{"tickets serve once", func(string) bool { return true }},
		{"pay is refused early", purse.Idempotent},
	} {
		err := inside(network.Simulate(10*time.Millisecond), func(w *world) error {
			seen, err := w.twoServers(ctx, defence.mayBeEarly)
			r.Add(defence.about+": the client is told", seen.answer)
			r.Add("  in the purse after the copy", seen.left)
			left[i], rejected[i] = seen.left, seen.outcome == early.Rejected
			return err
		})
		if err != nil {
			return err
		}
	}
	r.Shown = left == [2]string{"80 left", "90 left"} && rejected == [2]bool{true, true}
	r.Says = "The second server rejects it, so the client itself says it again. To a memory of tickets that is a payment like any other."
	return nil
}

type paid struct {
	answer, left string
	outcome      early.Outcome
}

// twoServers has a client with a ticket of the first server pay at the second one, and sends a
// copy of its first flight to the first.
func (w *world) twoServers(ctx context.Context, mayBeEarly func(string) bool) (seen paid, err error) {
	config := func() *tls.Config {
		c := purse.ServerTLS(w.certificate)
		c.SetSessionTicketKeys([][32]byte{{1}})
		early.SingleUse(c, time.Hour, 1000)
		return c
	}
	server := purse.Server{Purse: new(purse.Purse), MayBeEarly: mayBeEarly}
	err = w.serve(&server, config(), func(first net.Addr) error {
		return w.serve(&server, config(), func(second net.Addr) error {
			if _, err := w.visit(ctx, first, "get"); err != nil {
				return err
			}
			var flight replay.Flight
			w.Tap(flight.See)
			v, err := w.visit(ctx, second, "pay 10")
			if err != nil {
				return err
			}
			thief, err := w.Client()
			if err != nil {
				return err
			}
			defer thief.Close()
			if err := flight.Send(thief, first); err != nil {
				return err
			}
			select {
			case <-time.After(100 * time.Millisecond):
			case <-ctx.Done():
			}
			seen = paid{v.Answer, server.Purse.Do("get"), v.Outcome}
			return ctx.Err()
		})
	})
	return seen, err
}
