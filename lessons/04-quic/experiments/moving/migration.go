// Package moving has experiments with clients whose address changes.
package moving

import (
	"context"
	"fmt"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/experiments/together"
	"onthewire/lessons/04-quic/migrate"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/experiment"
)

// Migration moves a client to another socket, while the old one works, and after its network
// has gone.
var Migration = experiment.Experiment{
	Name:      "migration",
	Subjects:  []string{"AddPath, Probe, Switch", "PATH_CHALLENGE", "congestion window"},
	About:     "A client that moves to another address, over a round trip of 50 ms",
	Simulated: true,
	Do:        migration,
}

const oneWay = 25 * time.Millisecond

// A move is what one client has seen, and its server.
type move struct {
	late   bool // it moves when its old network has gone
	speaks bool // and says something then

	took          time.Duration // AddPath, Probe and Switch
	longest       time.Duration // wait for a block
	before, after uint64        // the server's congestion window, in bytes
}

func migration(ctx context.Context, r *experiment.Report) error {
	return experiment.Steadily(r, func() error { return moved(ctx, r) })
}

func moved(ctx context.Context, r *experiment.Report) error {
	early, silent, speaking, err := moves(ctx)
	if err != nil {
		return err
	}
	r.Add("AddPath, Probe and Switch", early.took)
	r.Add("  the longest wait for a block", early.longest)
	r.Add("  congestion window before, bytes", int(early.before))
	r.Add("  congestion window after, bytes", int(early.after))
	r.Add("the old network gone: the longest wait", silent.longest)
	r.Add("  when the client says a word, too", speaking.longest)
	r.Shown = judgeMoves(early, silent, speaking) == ""
	r.Says = "A path is probed in one round trip, while the old one carries on. The window begins anew on it."
	return nil
}

// judgeMoves tells what does not stand in its relation.
func judgeMoves(early, silent, speaking *move) string {
	switch {
	case early.took < 2*oneWay:
		return fmt.Sprintf("a path was probed in %v, less than a round trip", early.took)
	case early.longest >= speaking.longest:
		return fmt.Sprintf("a client that moves early waits %v, one that moves late %v", early.longest, speaking.longest)
	case speaking.longest > silent.longest*3/2: // which may have been lucky, see Switch in path_manager_outgoing.go
		return fmt.Sprintf("a client that speaks waits %v, a silent one %v", speaking.longest, silent.longest)
	case early.after >= early.before:
		return fmt.Sprintf("the congestion window was %d bytes, and is %d", early.before, early.after)
	}
	return ""
}

func moves(ctx context.Context) (early, silent, speaking *move, err error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	all := []*move{{}, {late: true}, {late: true, speaks: true}}
	err = together.Run(len(all), func(i int) error { return all[i].run(ctx) })
	return all[0], all[1], all[2], err
}

func (m *move) run(ctx context.Context) error {
	n := network.Simulate(oneWay)
	defer n.Close()
	first, err := n.Client()
	if err != nil {
		return err
	}
	server, err := n.Server()
	if err != nil {
		first.Close()
		return err
	}
	old := &socket{PacketConn: first}
	p, err := migrate.Meet(ctx, old, server, server.LocalAddr(), 0)
	if err != nil {
		return err
	}
	defer p.Close()
	second, err := n.Client()
	if err != nil {
		return err
	}
	defer second.Close()
	to := &quic.Transport{Conn: second}
	defer to.Close()
	defer p.Client.CloseWithError(0, "") // before the transport that it uses by now
	feed := migrate.Feed{Blocks: 300, Every: 2 * time.Millisecond}
	if m.late {
		feed = migrate.Feed{Blocks: 30, Every: 20 * time.Millisecond}
	}
	got, _, err := p.Feed(ctx, feed, func() error { return m.change(ctx, p, old, to) })
	m.longest = got.Across
	return err
}

func (m *move) change(ctx context.Context, p *migrate.Pair, old *socket, to *quic.Transport) error {
	old.gone.Store(m.late)
	m.before = p.Server.ConnectionStats().CongestionWindow
	begun := time.Now()
	if err := migrate.Move(ctx, p.Client, to); err != nil {
		return err
	}
	m.took = time.Since(begun)
	if m.speaks {
		stream, err := p.Client.OpenUniStream()
		if err != nil {
			return fmt.Errorf("open a stream: %w", err)
		}
		if _, err := stream.Write([]byte("here")); err != nil {
			return fmt.Errorf("write to a stream: %w", err)
		}
	}
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for p.Server.RemoteAddr().String() != to.Conn.LocalAddr().String() {
		select {
		case <-look.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	m.after = p.Server.ConnectionStats().CongestionWindow
	return nil
}
