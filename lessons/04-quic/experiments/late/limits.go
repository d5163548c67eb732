package late

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/experiments/together"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/04-quic/pair"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
)

// Limits asks what SendDatagram takes, and what becomes of it where nobody reads.
var Limits = experiment.Experiment{
	Name:      "datagrams",
	Subjects:  []string{"SendDatagram", "DatagramTooLargeError", "congestion control"},
	About:     "What SendDatagram takes, and where datagrams end that were not lost",
	Simulated: true,
	Do:        limits,
}

func limits(ctx context.Context, r *experiment.Report) error {
	l, err := findLimits(ctx)
	if err != nil {
		return err
	}
	r.Add("a peer without EnableDatagrams", l.unsupported)
	r.Add("64 KB at a time", l.tooLarge)
	r.Add("  the most, as the error says", int(l.largest))
	r.Add("of 1,000, taken by SendDatagram", l.taken)
	r.Add("  taken where no acknowledgement comes", l.stuck)
	r.Add("sent to somebody who does not read", sentUnread)
	r.Add("  there when they read at last", l.kept)
	r.Shown = l.unsupported != nil && l.largest > 1000 && l.taken == sentUnread && l.stuck < 200 && l.kept < sentUnread
	r.Says = "SendDatagram waits for the congestion window, as a write to a stream does. Behind it, a queue that is full is one more place where a datagram ends."
	return nil
}

const sentUnread = 1000

type found struct {
	unsupported, tooLarge error
	largest               int64
	taken, stuck, kept    int
}

func findLimits(ctx context.Context) (l found, err error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	yes := &quic.Config{EnableDatagrams: true}
	runs := []func(context.Context, *found) error{
		func(ctx context.Context, l *found) error {
			return with(ctx, yes, nil, func(_ *network.Network, p *pair.Pair) error {
				l.unsupported = p.Client.SendDatagram([]byte("frame"))
				return nil
			})
		},
		func(ctx context.Context, l *found) error {
			return with(ctx, yes, yes, func(_ *network.Network, p *pair.Pair) error {
				l.tooLarge = p.Client.SendDatagram(make([]byte, 64_000))
				if most, ok := errors.AsType[*quic.DatagramTooLargeError](l.tooLarge); ok {
					l.largest = most.MaxDatagramPayloadSize
				}
				return nil
			})
		},
		func(ctx context.Context, l *found) error { return with(ctx, yes, yes, l.unread(ctx)) },
		func(ctx context.Context, l *found) error { return with(ctx, yes, yes, l.unheard(ctx)) },
	}
	err = together.Run(len(runs), func(i int) error { return runs[i](ctx, &l) })
	return l, err
}

func with(ctx context.Context, client, server *quic.Config, f func(*network.Network, *pair.Pair) error) error {
	n := network.Simulate(5 * time.Millisecond)
	defer n.Close()
	p, err := pair.Over(ctx, n, client, server)
	if err != nil {
		return err
	}
	defer p.Close()
	return f(n, p)
}

// unread sends to a server that reads when everything has arrived. The end of a stream tells
// when: of so many bytes, the last do not fit into the packets beside datagrams that still wait.
func (l *found) unread(ctx context.Context) func(*network.Network, *pair.Pair) error {
	return func(_ *network.Network, p *pair.Pair) error {
		for range sentUnread {
			if err := p.Client.SendDatagram(make([]byte, 1000)); err != nil {
				return fmt.Errorf("send a datagram: %w", err)
			}
			l.taken++
		}
		stream, err := p.Client.OpenUniStream()
		if err != nil {
			return fmt.Errorf("open a stream: %w", err)
		}
		go func() {
			stream.Write(make([]byte, 30_000))
			stream.Close()
		}()
		in, err := p.Server.AcceptUniStream(ctx)
		if err != nil {
			return fmt.Errorf("accept a stream: %w", err)
		}
		defer context.AfterFunc(ctx, func() { in.SetReadDeadline(time.Now()) })()
		if _, err := io.Copy(io.Discard, in); err != nil {
			return fmt.Errorf("receive: %w", err)
		}
		done, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
		defer cancel()
		for {
			if _, err := p.Server.ReceiveDatagram(done); err != nil {
				return ctx.Err()
			}
			l.kept++
		}
	}
}

// unheard sends over a network that has begun to lose everything.
func (l *found) unheard(ctx context.Context) func(*network.Network, *pair.Pair) error {
	return func(n *network.Network, p *pair.Pair) error {
		if err := n.Set(lab.Way{Loss: 1}); err != nil {
			return err
		}
		var taken atomic.Int64
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for range sentUnread {
				if p.Client.SendDatagram(make([]byte, 1000)) != nil {
					return // the connection has ended
				}
				taken.Add(1)
			}
		}()
		watch := time.NewTimer(300 * time.Millisecond)
		defer watch.Stop()
		select {
		case <-watch.C:
		case <-ctx.Done():
		}
		l.stuck = int(taken.Load())
		p.Client.CloseWithError(0, "") // which ends a SendDatagram that waits
		<-ended
		return ctx.Err()
	}
}
