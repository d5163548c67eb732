package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"onthewire/lessons/04-quic/blocking"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/measure"
	"onthewire/lessons/internal/stage"
)

// random loses a share of all packets.
func (c blockingCommand) random(ctx context.Context, out *stage.Stage, rivals []blocking.Rival) error {
	const size = 100_000
	runs, err := everywhere(ctx, c.Runs, rivals, func(n *network.Network, rival blocking.Rival, _ int) (blocking.Run, error) {
		return blocking.Random(ctx, n, rival, size, c.Random)
	})
	if err != nil {
		return err
	}
	type row struct {
		Rival string  `json:"rival"`
		First float64 `json:"first_ms"`
		Last  float64 `json:"last_ms"`
		Stall float64 `json:"stall_ms"`
	}
	var rows []row
	for r, rival := range rivals {
		var first, last, stall []float64
		for _, run := range runs {
			ms := milli(run[r].First, run[r].Last, run[r].Stall)
			first, last, stall = append(first, ms[0]), append(last, ms[1]), append(stall, ms[2])
		}
		rows = append(rows, row{rival.Name, measure.Median(first), measure.Median(last), measure.Median(stall)})
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(map[string]any{"rtt_ms": milli(blocking.RTT)[0], "loss": c.Random, "runs": c.Runs, "rivals": rows})
	}
	out.Say("Ten downloads of %s bytes, %s %% of all packets lost, medians of %d, in ms. The way is %s there and back.",
		stage.Number(size), fmt.Sprint(c.Random*100), c.Runs, stage.Time(blocking.RTT))
	out.Blank()
	most := slices.MaxFunc(rows, func(a, b row) int { return int(a.Last - b.Last) }).Last
	out.Line("  %-8s %6s %6s %6s   . until the first is complete, = until the last", "", "first", "last", "stall")
	for _, r := range rows {
		const room = 40.0
		first, last := int(r.First/most*room), int(r.Last/most*room)
		out.Line("  %-8s %6.0f %6.0f %6.0f   %s%s", r.Rival, r.First, r.Last, r.Stall, strings.Repeat(".", first), strings.Repeat("=", last-first))
	}
	out.Say("A stall is the longest time behind the first byte in which nothing came for any of the ten.")
	return nil
}
