package to3

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"onthewire/lessons/05-http/waterfall"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/network"
)

// LostPacket loads a page in each version, once as it is and once with one packet less.
var LostPacket = experiment.Experiment{
	Name:      "lost-packet",
	Subjects:  []string{"head-of-line blocking, RFC 9114 section 2"},
	About:     "A page with eleven files, 100 ms to and fro, and one packet is lost",
	Simulated: true,
	Do:        lostPacket,
}

const (
	longTrip = 100 * time.Millisecond // half of it has to be more than a machine is ever away
	nth      = 2
	pages    = 5 // with each protocol: whose bytes the packet has is chance

	apart = 30 * time.Millisecond // so that handshakes do not keep each other waiting for a CPU
)

// A pair is two loads of a page.
type pair struct{ without, with waterfall.Load }

func lostPacket(ctx context.Context, r *experiment.Report) error {
	return experiment.Steadily(r, func() error { return losePackets(ctx, r) })
}

func losePackets(ctx context.Context, r *experiment.Report) error {
	protocols := waterfall.All()
	pairs := make([][pages]pair, len(protocols))
	failed := make(chan error, 2*pages*len(protocols))
	for i, p := range protocols {
		for page := range pages {
			one := &pairs[i][page]
			go func() { failed <- load(ctx, &one.without, p, 0) }()
			time.Sleep(apart)
			go func() { failed <- load(ctx, &one.with, p, nth) }()
			time.Sleep(apart)
		}
	}
	var errs []error
	for range cap(failed) {
		errs = append(errs, <-failed)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	late := make([]int, len(protocols))
	for i, p := range protocols {
		slices.SortFunc(pairs[i][:], func(a, b pair) int { return a.noticed() - b.noticed() })
		median := pairs[i][pages/2]
		late[i] = median.noticed()
		r.Add(p.Name, fmt.Sprintf("%d of %d files late", late[i], len(median.with.Files)-1))
	}
	r.Shown = late[1] > late[0] && late[1] > late[2]
	r.Says = fmt.Sprintf("The medians of %d pages each. On HTTP/2's one connection of TCP all that comes behind the hole has to wait for it. HTTP/1.1 has it on one of six, and HTTP/3 in one or two streams.", pages)
	return nil
}

// load loads a page over a network of its own, and loses a packet of it if lose is not 0.
func load(ctx context.Context, to *waterfall.Load, p waterfall.Protocol, lose int) (err error) {
	n := network.Simulate(longTrip / 2)
	defer n.Close()
	if lose == 0 {
		*to, err = waterfall.Fetch(ctx, n, p)
	} else {
		*to, err = waterfall.Lose(ctx, n, p, lose)
	}
	return err
}

// noticed counts the files that are late, by more than half a round trip. Which file has which
// connection is chance, so both loads are in the order in which their files ended.
func (p pair) noticed() (late int) {
	var ended [2][]time.Duration
	for i, load := range []waterfall.Load{p.without, p.with} {
		for _, file := range load.Files[1:] {
			ended[i] = append(ended[i], file.Complete-load.Files[0].Complete)
		}
		slices.Sort(ended[i])
	}
	for i := range ended[0] {
		if ended[1][i]-ended[0][i] > longTrip/2 {
			late++
		}
	}
	return late
}
