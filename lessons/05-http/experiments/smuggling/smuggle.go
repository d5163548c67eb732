// Package smuggling has experiments with proxies and servers that disagree about where a request
// ends.
package smuggling

import (
	"context"

	"onthewire/lessons/05-http/smuggle"
	"onthewire/lessons/internal/experiment"
)

// Smuggle lets an attacker ask through a proxy, and then two others.
var Smuggle = experiment.Experiment{
	Name:     "smuggle",
	Subjects: []string{"request smuggling", "Content-Length", "Transfer-Encoding"},
	About:    "An attacker, anna and bob ask a server through one proxy",
	Do:       smuggles,
}

func smuggles(ctx context.Context, r *experiment.Report) error {
	works, fails := 0, 0
	for _, a := range smuggle.Attacks() {
		o, err := smuggle.Play(ctx, a)
		if err != nil {
			return err
		}
		r.Add(a.Name+", "+a.Front+" before "+a.Back, o.String())
		if o.Smuggled() {
			works++
		} else {
			fails++
		}
	}
	r.Shown = works == 4 && fails == 5
	r.Says = "Anna is told what the attacker asked for, where the two end a request at different places. Where one refuses it, or the proxy writes it anew, she is not."
	return nil
}
