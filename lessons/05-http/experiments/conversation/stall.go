// Package conversation has experiments with what two sides of HTTP/2 tell each other.
package conversation

import (
	"context"

	"onthewire/lessons/05-http/frames"
	"onthewire/lessons/05-http/frames/local"
	"onthewire/lessons/internal/experiment"
)

// Stall changes what a client gives back for a download that it does not read.
var Stall = experiment.Experiment{
	Name:      "stall",
	Subjects:  []string{"WINDOW_UPDATE", "SETTINGS_INITIAL_WINDOW_SIZE"},
	About:     "Two downloads of 1,000,000 bytes on one connection, one of them unread",
	Simulated: true,
	Do:        stall,
}

func stall(ctx context.Context, r *experiment.Report) error {
	const size = 1_000_000
	server, err := local.StartMemory(local.Handler())
	if err != nil {
		return err
	}
	defer server.Close()
	seen := map[bool]frames.Stalled{}
	for _, careless := range []bool{false, true} {
		conn, err := server.Connect(ctx)
		if err != nil {
			return err
		}
		c, err := frames.Start(ctx, conn, nil)
		if err != nil {
			return err
		}
		seen[careless], err = c.Stall("/bytes?n=1000000", careless)
		c.Close()
		if err != nil {
			return err
		}
	}
	careful, careless := seen[false], seen[true]
	r.Add("the connection gets it back: unread", careful.Unread)
	r.Add("  the other one", careful.Read)
	r.Add("it does not: unread", careless.Unread)
	r.Add("  the other one, while a PING is answered", careless.Read)
	r.Add("  once it does", careless.Released)
	r.Shown = careful.Unread == frames.Window && careful.Read == size &&
		careless.Unread == frames.Window && careless.Read == 0 && careless.Released == size
	r.Says = "A stream without window waits alone. A connection without window stops all of its streams, so what nobody reads must not count against it for ever."
	return nil
}
