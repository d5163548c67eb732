package tickets

import (
	"context"
	"net"

	"onthewire/lessons/04-quic/early"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/04-quic/purse"
	"onthewire/lessons/internal/experiment"
)

// Tickets comes back with a ticket from a file, as a new process does.
var Tickets = experiment.Experiment{
	Name:      "tickets",
	Subjects:  []string{"session tickets", "0-RTT", "SetSessionTicketKeys"},
	About:     "A new process asks with a ticket from a file, 50 ms to and fro",
	Simulated: true,
	Do:        tickets,
}

func tickets(ctx context.Context, r *experiment.Report) error {
	return inside(network.Simulate(roundTrip/2), func(w *world) error {
		return experiment.Steadily(r, func() error { return w.comeBack(ctx, r) })
	})
}

func (w *world) comeBack(ctx context.Context, r *experiment.Report) error {
	shared, other := [][32]byte{{1}}, [][32]byte{{2}}
	var seen []purse.Visit
	for _, server := range []struct {
		about string
		keys  [][32]byte
	}{
		{"first visit: the answer comes after", shared},
		{"a new process, to a server with these keys", shared},
		{"a new process, to one with other keys", other},
	} {
		config := purse.ServerTLS(w.certificate)
		config.SetSessionTicketKeys(server.keys)
		var v purse.Visit
		err := w.serve(careful(), config, func(at net.Addr) (err error) {
			v, err = w.visit(ctx, at, "get")
			return err
		})
		if err != nil {
			return err
		}
		r.Add(server.about, v.Took)
		seen = append(seen, v)
	}
	first, again, elsewhere := seen[0], seen[1], seen[2]
	r.Shown = first.Outcome != early.Accepted && again.Outcome == early.Accepted && elsewhere.Outcome == early.Rejected &&
		again.Took < first.Took-roundTrip/2 && again.Took < elsewhere.Took-roundTrip/2
	r.Says = "A ticket spares a round trip to any process that has it, at any server that has its key. Where it is worth nothing, the client has lost a packet."
	return nil
}
