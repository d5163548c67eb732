package tickets

import (
	"context"
	"net"
	"time"

	"onthewire/lessons/04-quic/early"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/04-quic/purse"
	"onthewire/lessons/internal/experiment"
)

// Tickets comes back with a ticket from a file, as a new process does.
var Tickets = experiment.Experiment{
	Name:     "tickets",
	Subjects: []string{"session tickets", "0-RTT", "SetSessionTicketKeys"},
	About:    "A new process asks with a ticket from a file, 50 ms to and fro",
	Do:       tickets,
}

func tickets(ctx context.Context, r *experiment.Report) error {
	n, err := network.Open(roundTrip / 2)
	if err != nil {
		return err
	}
	return inside(n, func(w *world) error {
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
		v, err := w.visit(ctx, server.keys)
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

// visit is what a new process does, at a server that has just been started.
func (w *world) visit(ctx context.Context, keys [][32]byte) (v purse.Visit, err error) {
	config := purse.ServerTLS(w.certificate)
	config.SetSessionTicketKeys(keys)
	err = w.serve(config, func(at net.Addr) error {
		tickets, err := early.OpenTickets(w.folder, "purse.example:5000") // wherever it is today
		if err != nil {
			return err
		}
		socket, err := w.Client()
		if err != nil {
			return err
		}
		defer socket.Close()
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		v, err = purse.Client{Roots: w.roots.Pool(), Name: "localhost", Tickets: tickets}.Visit(ctx, socket, at, "get")
		return err
	})
	return v, err
}
