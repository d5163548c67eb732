package many

import (
	"context"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/experiments/together"
	"onthewire/lessons/internal/experiment"
)

// Ranges changes over how many streams and connections a file comes.
var Ranges = experiment.Experiment{
	Name:      "ranges",
	Subjects:  []string{"congestion window"},
	About:     "2 MiB at once or in eight ranges, 50 ms there and back",
	Simulated: true,
	Do:        ranges,
}

func ranges(ctx context.Context, r *experiment.Report) error {
	return experiment.Steadily(r, func() error {
		const size, parts = 2 << 20, 8
		var took [3]time.Duration
		for i, way := range []struct {
			name          string
			conns, pieces int
		}{
			{"one stream", 1, 1},
			{"eight streams of one connection", 1, parts},
			{"eight connections", parts, 1},
		} {
			conns := make([]*quic.Conn, way.conns)
			for j := range conns {
				at, err := meet(ctx, 25*time.Millisecond, &quic.Config{})
				if err != nil {
					return err
				}
				defer at.Close()
				conns[j] = at.client
			}
			begun := time.Now()
			if err := together.Run(way.conns, func(j int) error {
				_, err := fetch(ctx, conns[j], way.pieces, size/way.conns/way.pieces)
				return err
			}); err != nil {
				return err
			}
			took[i] = time.Since(begun)
			r.Add(way.name, took[i])
		}
		r.Shown = took[1] > took[0]*7/10 && took[2] < took[0]*8/10
		r.Says = "Streams share one congestion window. Eight connections have eight and begin with eight times as much, at the cost of whoever else is on the way."
		return nil
	})
}
