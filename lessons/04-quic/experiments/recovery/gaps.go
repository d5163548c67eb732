package recovery

import (
	"context"
	"sync"

	"github.com/quic-go/quic-go/qlog"

	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/packet"
)

// Gaps loses every other one of sixteen packets, and looks at how many stretches of what has
// arrived one acknowledgement can name.
var Gaps = experiment.Experiment{
	Name:     "gaps",
	Subjects: []string{"ACK ranges, RFC 9000, section 19.3.1", "SACK, RFC 2018, section 3"},
	About:    "Every other one of sixteen packets is lost; what one acknowledgement says",
	Do:       gaps,
}

const (
	lostInGaps = 8
	behind     = 10     // how many arrive before them
	opening    = 60_000 // bytes, after which forty packets may be under way at once
	manyBytes  = 50_000
)

func gaps(ctx context.Context, r *experiment.Report) error {
	n, err := network.Open(roundTrip / 2)
	if err != nil {
		return err
	}
	defer n.Close()
	stretches, err := gapsOverQUIC(ctx, n)
	if err != nil {
		return err
	}
	r.Add("packets lost", lostInGaps)
	r.Add("most stretches in an ACK frame of QUIC", stretches)
	r.Shown = stretches > lostInGaps
	r.Says = "An ACK frame names every stretch. (TCP's row needs the lab.)"
	if n.Link == nil {
		return nil
	}
	blocks, err := gapsOverTCP(ctx, n.Link)
	if err != nil {
		return err
	}
	r.Add("most stretches in a segment of TCP", blocks+1) // the first is up to the acknowledgement number
	r.Shown = r.Shown && 0 < blocks && blocks <= 4
	r.Says = "An ACK frame names every stretch; TCP's options have room for three or four besides the acknowledgement number."
	return nil
}

func gapsOverQUIC(ctx context.Context, n *network.Network) (most int, err error) {
	p, err := meet(ctx, n)
	if err != nil {
		return 0, err
	}
	defer p.close()
	s, err := p.client.OpenStreamSync(ctx)
	if err != nil {
		return 0, err
	}
	if _, err := ask(ctx, s, opening); err != nil {
		return 0, err
	}
	for i := range lostInGaps {
		n.Drop(behind+i, false) // what falls for one does not count for the next
	}
	if _, err := ask(ctx, s, manyBytes); err != nil {
		return 0, err
	}
	for _, e := range p.clientReport.Events() {
		if sent, ok := e.What.(qlog.PacketSent); ok {
			for _, f := range sent.Frames {
				if ack, ok := f.Frame.(*qlog.AckFrame); ok {
					most = max(most, len(ack.AckRanges))
				}
			}
		}
	}
	return most, nil
}

func gapsOverTCP(ctx context.Context, link *lab.Link) (most int, err error) {
	listener, err := link.Server.Listen("tcp4", "server:0")
	if err != nil {
		return 0, err
	}
	p, err := experiment.Meet(ctx, listener, link.Client.DialContext)
	if err != nil {
		return 0, err
	}
	defer p.Close()
	var mu sync.Mutex
	defer link.Tap(func(seen lab.Packet) {
		mu.Lock()
		defer mu.Unlock()
		if seen.Protocol == packet.TCP && seen.ToServer {
			most = max(most, sackBlocks(seen.Bytes))
		}
	})()
	go answer(p.Server)
	if _, err := ask(ctx, p.Client, opening); err != nil {
		return 0, err
	}
	for i := range lostInGaps {
		link.ToClient.Drop(behind+i, func(p lab.Packet) bool { return p.Protocol == packet.TCP && len(p.Payload) > 0 })
	}
	if _, err := ask(ctx, p.Client, manyBytes); err != nil {
		return 0, err
	}
	mu.Lock()
	defer mu.Unlock()
	return most, nil
}

// sackBlocks counts the blocks in the SACK option (kind 5) of an IPv4 packet's TCP header.
func sackBlocks(ip []byte) int {
	header := ip[int(ip[0]&0x0F)*4:]
	options := header[20 : int(header[12]>>4)*4]
	for len(options) > 1 && options[0] != 0 {
		switch {
		case options[0] == 1: // padding, which has no length
			options = options[1:]
			continue
		case options[0] == 5:
			return int(options[1]-2) / 8
		case int(options[1]) < 2 || int(options[1]) > len(options):
			return 0
		}
		options = options[options[1]:]
	}
	return 0
}
