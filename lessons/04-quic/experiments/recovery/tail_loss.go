package recovery

import (
	"context"
	"fmt"
	"sync"
	"time"

	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/packet"
)

// TailLoss loses the last packet of an answer. Nothing comes behind it, so no acknowledgement
// can show the gap, and the server has to ask by itself whether it has arrived.
var TailLoss = experiment.Experiment{
	Name:     "tail-loss",
	Subjects: []string{"probe timeout, RFC 9002", "tail loss probe, RFC 8985"},
	About:    "The last packet of an answer is lost, and the round trip is 20 ms",
	Do:       tailLoss,
}

const roundTrip = 20 * time.Millisecond

// A tail is the end of an answer that is lost.
type tail struct {
	name     string
	before   int // requests that the connection has seen
	size     int // of the answer, in bytes
	packets  int // that QUIC needs for it
	segments int // that TCP needs for it, where a segment holds 1448 bytes
	lost     int // of these, at the end
}

var tails = []tail{
	{"young connection, the only packet", 1, 300, 1, 1, 1},
	{"old connection, the only packet", 15, 300, 1, 1, 1},
	{"old connection, the last of many", 15, 9600, 8, 7, 1},
	{"old connection, the last two of many", 15, 9600, 8, 7, 2},
}

func tailLoss(ctx context.Context, r *experiment.Report) error {
	return experiment.Steadily(r, func() error {
		r.Shown = true
		simulated := false
		for _, t := range tails {
			r.Progress("%s", t.name)
			quic, tcp, err := t.both(ctx)
			if err != nil {
				return err
			}
			r.Add(t.name+": QUIC", quic)
			if tcp == 0 {
				simulated = true
				continue
			}
			r.Add("  TCP", tcp)
			if t.packets == 1 {
				r.Shown = r.Shown && quic < tcp
			}
		}
		r.Says = "Where one packet is out, Linux TCP allows 200 ms for a delayed acknowledgement. A QUIC peer has said in the handshake how long it delays them."
		if simulated {
			r.Says = "The longer a connection has known its round trip, the sooner it asks. (TCP's rows need the lab.)"
		}
		return nil
	})
}

// both are by how much the answer comes later than a round trip. Without a lab there is no TCP.
func (t tail) both(ctx context.Context) (quic, tcp time.Duration, err error) {
	n, err := network.Open(roundTrip / 2)
	if err != nil {
		return 0, 0, err
	}
	defer n.Close()
	var overTCP error
	var both sync.WaitGroup
	if n.Link != nil {
		both.Go(func() { tcp, overTCP = t.overTCP(ctx, n.Link) })
	}
	quic, err = t.overQUIC(ctx, n)
	both.Wait()
	if err == nil {
		err = overTCP
	}
	return quic, tcp, err
}

func (t tail) overQUIC(ctx context.Context, n *network.Network) (time.Duration, error) {
	p, err := meet(ctx, n)
	if err != nil {
		return 0, err
	}
	defer p.close()
	s, err := p.client.OpenStreamSync(ctx)
	if err != nil {
		return 0, err
	}
	return t.late(ctx, s, func() {
		nth := t.packets - t.lost + 1
		n.DropIf(false, func(d network.Datagram) bool {
			if len(d.Data) >= 300 { // what is shorter only acknowledges
				nth--
			}
			return nth == 0
		})
	})
}

func (t tail) overTCP(ctx context.Context, link *lab.Link) (time.Duration, error) {
	listener, err := link.Server.Listen("tcp4", "server:0")
	if err != nil {
		return 0, err
	}
	p, err := experiment.Meet(ctx, listener, link.Client.DialContext)
	if err != nil {
		return 0, err
	}
	defer p.Close()
	go answer(p.Server)
	return t.late(ctx, p.Client, func() {
		link.ToClient.Drop(t.segments-t.lost+1, func(p lab.Packet) bool {
			return p.Protocol == packet.TCP && len(p.Payload) > 0
		})
	})
}

// late asks for answers that arrive, and then for one whose end does not at first. drop loses
// the nth packet of those to come.
func (t tail) late(ctx context.Context, s stream, drop func()) (time.Duration, error) {
	for range t.before {
		if _, err := ask(ctx, s, request); err != nil {
			return 0, err
		}
	}
	for range t.lost {
		drop() // what has fallen for one does not count for the next
	}
	took, err := ask(ctx, s, t.size)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", t.name, err)
	}
	return took - roundTrip, nil
}
