package smuggling

import (
	"context"
	"fmt"
	"strings"

	"onthewire/lessons/05-http/smuggle"
	"onthewire/lessons/internal/experiment"
)

// Steal lets an attacker smuggle a POST whose body is still to come.
var Steal = experiment.Experiment{
	Name:     "steal",
	Subjects: []string{"request smuggling", "Cookie"},
	About:    "An attacker posts a note, whose body is whatever the next client says",
	Do:       steal,
}

func steal(ctx context.Context, r *experiment.Report) error {
	note, err := smuggle.Steal(ctx)
	if err != nil {
		return err
	}
	for i, line := range strings.Split(strings.TrimSpace(note), "\r\n") {
		r.Add(fmt.Sprintf("the attacker's note, line %d", i+1), line)
	}
	r.Shown = strings.HasPrefix(note, "GET /anna ") && strings.Contains(note, "Cookie: ")
	r.Says = "Anna's request, with her cookie, has become the body of a request that was not hers."
	return nil
}
