package hostile

import (
	"context"

	"onthewire/lessons/05-http/floods"
	"onthewire/lessons/internal/experiment"
)

// Control changes what a client wants answers to that it never reads.
var Control = experiment.Experiment{
	Name:      "control-flood",
	Subjects:  []string{"PING", "SETTINGS", "CVE-2019-9512", "CVE-2019-9515"},
	About:     "A client sends 12,000 frames that want an answer, and reads none",
	Simulated: true,
	Do:        control,
}

func control(ctx context.Context, r *experiment.Report) error {
	const times = 12_000
	var sieges []siege
	for _, flood := range []floods.Flood{floods.Ping, floods.Settings} {
		v, err := stand(false)
		if err != nil {
			return err
		}
		s, err := v.stands(ctx, flood, times)
		v.Close()
		if err != nil {
			return err
		}
		sieges = append(sieges, s)
		r.Add(flood.Name+": frames sent", s.Sent)
		r.Add("  the connection", s.end())
		r.Add("  another client was answered meanwhile", s.answers > 0)
	}
	r.Shown = sieges[0].Ended && sieges[0].Sent > 10_000 && sieges[0].Sent < times && !sieges[1].Ended
	r.Says = "Each PING has an answer of its own, and 10,000 of them may wait. All SETTINGS that have come by then have one answer together, so nothing piles up."
	return nil
}
