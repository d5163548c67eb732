package to3

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"onthewire/lessons/05-http/network"
	"onthewire/lessons/05-http/waterfall"
	"onthewire/lessons/internal/experiment"
)

// LostPacket loads a page in each version, once as it is and once with one packet less.
var LostPacket = experiment.Experiment{
	Name:     "lost-packet",
	Subjects: []string{"head-of-line blocking, RFC 9114 section 2"},
	About:    "A page with eleven files, 100 ms to and fro, and one packet is lost",
	Do:       lostPacket,
}

const (
	longTrip = 100 * time.Millisecond // half of it has to be more than a machine is ever away
	nth      = 3
)

func lostPacket(ctx context.Context, r *experiment.Report) error {
	return experiment.Steadily(r, func() error {
		protocols := waterfall.All()
		loads := make([][2]waterfall.Load, len(protocols))
		errs := make([]error, 2*len(protocols))
		var all sync.WaitGroup
		for i, p := range protocols {
			all.Go(func() { loads[i][0], errs[2*i] = load(ctx, p, 0) })
			all.Go(func() { loads[i][1], errs[2*i+1] = load(ctx, p, nth) })
		}
		all.Wait()
		if err := errors.Join(errs...); err != nil {
			return err
		}
		var late []int
		for i, p := range protocols {
			without, with := loads[i][0], loads[i][1]
			late = append(late, noticed(without, with))
			r.Add(p.Name, fmt.Sprintf("%d of %d late, %d ms for %d", late[i], len(with.Files)-1, with.Took.Milliseconds(), without.Took.Milliseconds()))
		}
		r.Shown = late[1] > late[0] && late[1] > late[2]
		r.Says = "On HTTP/2's one connection of TCP all that comes behind the hole has to wait for it. HTTP/1.1 loses it on one of six, and HTTP/3 in one or two streams."
		return nil
	})
}

func load(ctx context.Context, p waterfall.Protocol, lose int) (waterfall.Load, error) {
	n, err := network.Open(longTrip / 2)
	if err != nil {
		return waterfall.Load{}, err
	}
	defer n.Close()
	switch {
	case n.Missing != nil:
		return waterfall.Load{}, n.Missing // in memory no TCP sends anything again
	case lose == 0:
		return waterfall.Fetch(ctx, n, p)
	}
	return waterfall.Lose(ctx, n, p, lose)
}

// noticed counts the files that are late, by more than half a round trip. Which file has which
// connection is chance, so both loads are in the order in which their files ended.
func noticed(without, with waterfall.Load) (late int) {
	var ended [2][]time.Duration
	for i, load := range []waterfall.Load{without, with} {
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
