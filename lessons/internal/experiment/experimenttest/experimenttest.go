// Package experimenttest holds what every experiment has to keep, as tests.
package experimenttest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/leak"
)

// Shows runs each experiment and wants its rows to stand in their relation. They run side by
// side, so what one of them has left behind is found when all have ended. What is simulated runs
// in virtual time: a clock that nobody shares is never late.
func Shows(t *testing.T, all []experiment.Experiment) {
	leak.Check(t)
	seen := make(map[string]bool)
	for _, e := range all {
		if seen[e.Name] {
			t.Errorf("two experiments are called %s", e.Name)
		}
		seen[e.Name] = true
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			if e.Simulated {
				synctest.Test(t, func(t *testing.T) { shows(t, e) })
			} else {
				shows(t, e)
			}
		})
	}
}

func shows(t *testing.T, e experiment.Experiment) {
	t.Helper()
	report, err := e.Run(t.Context(), nil)
	Skip(t, err)
	for _, row := range report.Rows {
		t.Logf("%s: %v", row.Setting, row.Seen)
	}
	if !report.Shown {
		t.Error("it did not show")
	}
}

// CalledOff cancels each experiment before it begins, early and midway, and wants it to end
// soon, to leave nothing behind, and to say why it ended. Those called long take more than
// half a second, so they cannot have ended by themselves.
func CalledOff(t *testing.T, all []experiment.Experiment, long ...string) {
	leak.Check(t)
	for _, e := range all {
		for name, after := range map[string]time.Duration{"before": 0, "early": 20 * time.Millisecond, "midway": 150 * time.Millisecond} {
			t.Run(e.Name+"/"+name, func(t *testing.T) {
				t.Parallel()
				calledOff(t, e, after, slices.Contains(long, e.Name))
			})
		}
	}
}

func calledOff(t *testing.T, e experiment.Experiment, after time.Duration, long bool) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if after == 0 {
		cancel()
	} else {
		defer time.AfterFunc(after, cancel).Stop()
	}
	begun := time.Now()
	_, err := e.Run(ctx, nil)
	Skip(t, err, context.Canceled)
	if err == nil && (after == 0 || long) {
		t.Error("it went on as if nothing had happened")
	}
	if took := time.Since(begun); took > 15*time.Second {
		t.Errorf("it ended after %v", took)
	}
}

// Skip skips the test where the system lacks something, with what that is, and fails it on
// other errors than those allowed.
func Skip(t *testing.T, err error, allowed ...error) {
	t.Helper()
	if no, ok := errors.AsType[*experiment.Unavailable](err); ok {
		t.Skipf("%v; %s", no, no.Advice())
	}
	for _, a := range allowed {
		if errors.Is(err, a) {
			return
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}
