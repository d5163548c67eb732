package smuggling

import (
	"context"
	"maps"
	"slices"
	"strings"

	"onthewire/lessons/05-http/smuggle"
	"onthewire/lessons/internal/experiment"
)

// Downgrade changes what a request in HTTP/2 says that a proxy has to write in HTTP/1.1.
var Downgrade = experiment.Experiment{
	Name:      "downgrade",
	Subjects:  []string{"request smuggling", "HTTP/2", "content-length", "transfer-encoding"},
	About:     "A proxy takes HTTP/2 from an attacker, and asks a server in HTTP/1.1",
	Simulated: true,
	Do:        downgrades,
}

func downgrades(ctx context.Context, r *experiment.Report) error {
	r.Shown = true
	told := map[string]bool{}
	for i, d := range smuggle.Downgrades() {
		fate, err := smuggle.Lower(ctx, d)
		if err != nil {
			return err
		}
		origin := strings.Join(fate.Origin, "; ")
		if origin == "" {
			origin = "has heard nothing"
		}
		r.Add(d.Name, fate.Told)
		r.Add("  the server behind", origin)
		told[fate.Anna] = true
		r.Shown = r.Shown && (fate.Told == "200") == (i == 0)
	}
	r.Add("anna, behind each of them", strings.Join(slices.Sorted(maps.Keys(told)), ", "))
	r.Shown = r.Shown && len(told) == 1 && told["/anna"]
	r.Says = "Go's server refuses what contradicts itself. Where it cannot know yet, the proxy has passed on a head, but says itself where its request ends, so nothing is left for anna."
	return nil
}
