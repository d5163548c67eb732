package recovery

import (
	"context"
	"sync"
	"time"

	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/experiment"
)

// Statistics compares what a connection counts with what its network has done.
var Statistics = experiment.Experiment{
	Name:     "statistics",
	Subjects: []string{"quic.Conn.ConnectionStats"},
	About:    "The network drops five datagrams; what the sender's counters say of it",
	Do:       statistics,
}

func statistics(ctx context.Context, r *experiment.Report) error {
	return experiment.Steadily(r, func() error { return count(ctx, r) })
}

func count(ctx context.Context, r *experiment.Report) error {
	n, err := network.Open(roundTrip / 2)
	if err != nil {
		return err
	}
	defer n.Close()
	var mu sync.Mutex
	var sent, dropped, bytes int // to the client
	n.Tap(func(d network.Datagram) {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case d.ToServer:
		case d.Lost:
			dropped, bytes = dropped+1, bytes+len(d.Data)
			fallthrough
		default:
			sent++
		}
	})
	p, err := meet(ctx, n)
	if err != nil {
		return err
	}
	defer p.close()
	s, err := p.client.OpenStreamSync(ctx)
	if err != nil {
		return err
	}
	if _, err := ask(ctx, s, opening); err != nil {
		return err
	}
	before := p.server.ConnectionStats()
	for i := range 5 {
		n.Drop(5+8*i, false)
	}
	if _, err := ask(ctx, s, opening); err != nil {
		return err
	}
	after := p.server.ConnectionStats()
	mu.Lock()
	defer mu.Unlock()
	r.Add("the network dropped, datagrams", dropped)
	r.Add("PacketsLost", int(after.PacketsLost))
	r.Add("the network dropped, bytes", bytes)
	r.Add("BytesLost", int(after.BytesLost))
	r.Add("the network saw, datagrams", sent)
	r.Add("PacketsSent", int(after.PacketsSent))
	r.Add("MinRTT", after.MinRTT)
	r.Add("SmoothedRTT", after.SmoothedRTT)
	r.Add("CongestionWindow before, bytes", int(before.CongestionWindow))
	r.Add("CongestionWindow after, bytes", int(after.CongestionWindow))
	r.Shown = dropped == 5 && int(after.PacketsLost) == dropped && int(after.BytesLost) == bytes &&
		after.MinRTT >= roundTrip && after.MinRTT < roundTrip+20*time.Millisecond && after.CongestionWindow < before.CongestionWindow
	r.Says = "The sender has noticed each loss, and no other, and sends less at a time."
	return nil
}
