package hostile

import (
	"context"

	"onthewire/lessons/05-http/floods"
	"onthewire/lessons/internal/experiment"
)

// Continuation changes what is in the CONTINUATION frames of fields that do not end.
var Continuation = experiment.Experiment{
	Name:      "continuation-flood",
	Subjects:  []string{"CONTINUATION", "END_HEADERS", "CVE-2023-45288"},
	About:     "A client begins a request, and goes on with 5,000 CONTINUATION frames",
	Simulated: true,
	Do:        continuation,
}

func continuation(ctx context.Context, r *experiment.Report) error {
	const times = 5_000
	var sieges []siege
	for _, flood := range []floods.Flood{floods.Continuation, floods.EmptyContinuation} {
		v, err := stand(true)
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
	r.Shown = sieges[0].Reason == "PROTOCOL_ERROR" && sieges[0].Sent < times && !sieges[1].Ended && sieges[1].Sent == times
	r.Says = "net/http counts the bytes of the fields, and ends the connection when they are over its limit. It does not count frames, and those that are empty cost it a read each and no memory."
	return nil
}
