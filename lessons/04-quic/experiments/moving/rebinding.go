package moving

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"onthewire/lessons/04-quic/experiments/together"
	"onthewire/lessons/04-quic/migrate"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/experiment"
)

// Rebinding lets a NAT forget three clients: one that is busy, one that only listens, and one
// that only listens but says now and then that it is there.
var Rebinding = experiment.Experiment{
	Name:      "rebinding",
	Subjects:  []string{"NAT rebinding", "KeepAlivePeriod", "PATH_CHALLENGE, PATH_RESPONSE"},
	About:     "A NAT forgets a client, over a round trip of 50 ms",
	Simulated: true,
	Do:        rebinding,
}

const (
	keepAlive = 300 * time.Millisecond
	giveUp    = time.Second
)

// A forgotten client and what it has seen.
type forgotten struct {
	feed      migrate.Feed
	keepAlive time.Duration // 0: none

	wait       time.Duration // the longest, from the change on
	silence    bool          // nothing more came, for as long as we waited
	missed     int           // datagrams that came to the old port
	addresses  int           // that the server saw
	challenges int           // that it sent
	responses  int           // that the client sent
}

func rebinding(ctx context.Context, r *experiment.Report) error {
	return experiment.Steadily(r, func() error { return forgets(ctx, r) })
}

func forgets(ctx context.Context, r *experiment.Report) error {
	busy, silent, kept, err := forget(ctx)
	if err != nil {
		return err
	}
	r.Add("a busy client: the longest wait", busy.wait)
	r.Add("  datagrams that came to the old port", busy.missed)
	r.Add("  PATH_CHALLENGE, PATH_RESPONSE", fmt.Sprintf("%d, %d", busy.challenges, busy.responses))
	r.Add("a client that only listens", cut(silent))
	r.Add("  with a keep-alive after 300 ms", cut(kept))
	r.Shown = judgeForgotten(busy, silent, kept) == ""
	r.Says = "The server learns of the new port from what the client sends. Until then all that it sends is lost, to a port that nobody remembers."
	return nil
}

func cut(f *forgotten) string {
	if f.silence {
		return fmt.Sprintf("hears nothing for %v", giveUp)
	}
	return fmt.Sprintf("waits %v", f.wait.Round(time.Millisecond))
}

// judgeForgotten tells what does not stand in its relation.
func judgeForgotten(busy, silent, kept *forgotten) string {
	switch {
	case busy.silence || busy.addresses != 2 || busy.missed == 0:
		return fmt.Sprintf("a busy client: %+v", *busy)
	case busy.challenges == 0 || busy.responses == 0:
		return fmt.Sprintf("the server has believed an address that it has not tried: %+v", *busy)
	case !silent.silence || silent.addresses != 1:
		return fmt.Sprintf("a client that only listens: %+v", *silent)
	case kept.silence || kept.wait < keepAlive || kept.addresses != 2:
		return fmt.Sprintf("a client with a keep-alive: %+v", *kept)
	case busy.wait >= kept.wait:
		return fmt.Sprintf("a busy client waits %v, one with a keep-alive %v", busy.wait, kept.wait)
	}
	return ""
}

func forget(ctx context.Context) (busy, silent, kept *forgotten, err error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	// A block after each 200 ms has been acknowledged long before the next one.
	slow := migrate.Feed{Blocks: 4, Every: 200 * time.Millisecond}
	all := []*forgotten{
		{feed: migrate.Feed{Blocks: 400, Every: time.Millisecond}},
		{feed: slow},
		{feed: slow, keepAlive: keepAlive},
	}
	err = together.Run(len(all), func(i int) error { return all[i].run(ctx) })
	return all[0], all[1], all[2], err
}

func (f *forgotten) run(ctx context.Context) error {
	n := network.Simulate(oneWay / 2) // twice: to the NAT, and from there
	defer n.Close()
	inside, err := n.Client()
	if err != nil {
		return err
	}
	client, err := n.Client()
	if err != nil {
		inside.Close()
		return err
	}
	server, err := n.Server()
	if err != nil {
		return errors.Join(err, inside.Close(), client.Close())
	}
	nat := migrate.NewNAT(inside, server.LocalAddr(), func() (net.PacketConn, error) { return n.Client() })
	carried := make(chan error, 1)
	go func() { carried <- nat.Run() }()
	defer func() { nat.Close(); <-carried }()
	p, err := migrate.Meet(ctx, client, server, inside.LocalAddr(), f.keepAlive)
	if err != nil {
		return err
	}
	defer p.Close()
	waiting, cancel := context.WithCancel(ctx)
	defer cancel()
	got, seen, err := p.Feed(waiting, f.feed, func() error { return f.change(waiting, nat, cancel) })
	if waiting.Err() != nil && ctx.Err() == nil {
		f.silence, err = true, nil
	}
	f.wait, f.addresses, f.missed = got.Across, len(seen), nat.Missed()
	f.challenges, _ = p.ServerWatch.Paths()
	_, f.responses = p.ClientWatch.Paths()
	return err
}

// change lets the NAT forget when the last block has been acknowledged, if blocks are rare,
// and gives up after a while.
func (f *forgotten) change(ctx context.Context, nat *migrate.NAT, end func()) error {
	acknowledged := time.NewTimer(f.feed.Every * 3 / 4)
	defer acknowledged.Stop()
	select {
	case <-acknowledged.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	nat.Forget()
	if f.keepAlive == 0 && f.feed.Every > oneWay {
		time.AfterFunc(giveUp, end)
	}
	return nil
}
