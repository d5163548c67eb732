package blocking

import (
	"context"
	"slices"
	"time"

	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/lab"
)

// A Run is how ten downloads went while packets were lost at random.
type Run struct {
	First, Last time.Duration // of the ten to be complete
	Stall       time.Duration // behind the first byte, the longest for which nothing came for any of them
}

// Random has ten downloads of so many bytes each, over a connection that is warm, while each
// packet is lost with the same chance, 0 to 1.
func Random(ctx context.Context, n *network.Network, rival Rival, size int, loss float64) (Run, error) {
	c, _, err := rival.warm(ctx, n)
	if err != nil {
		return Run{}, err
	}
	defer c.Close()
	if err = n.Set(lab.Way{Delay: OneWay, Loss: loss}); err != nil {
		return Run{}, err
	}
	defer n.Set(lab.Way{Delay: OneWay})
	w, err := watching(ctx, c, size)
	if err != nil {
		return Run{}, err
	}
	return Run{slices.Min(w.ended), slices.Max(w.ended), w.stall}, nil
}
