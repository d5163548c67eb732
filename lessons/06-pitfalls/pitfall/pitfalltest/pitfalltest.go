// Package pitfalltest holds what every pitfall has to keep, as tests.
package pitfalltest

import (
	"os"
	"testing"
	"testing/synctest"
	"time"

	"onthewire/lessons/06-pitfalls/pitfall"
	"onthewire/lessons/internal/experiment/experimenttest"
	"onthewire/lessons/internal/leak"
)

// most is how long a side may take. It is to take three seconds on an idle machine, and tests run
// on busy ones.
const most = 10 * time.Second

// Falls plays each side: the broken one has to fall in the stated way, and the others must not.
// With SOAK in the environment it does so a hundred times.
func Falls(t *testing.T, p pitfall.Pitfall) {
	leak.Check(t)
	times := 1
	if os.Getenv("SOAK") != "" {
		times = 100
	}
	for _, side := range p.Sides() {
		t.Run(side.Name, func(t *testing.T) {
			for range times {
				if p.Simulated {
					synctest.Test(t, func(t *testing.T) { falls(t, side) })
				} else {
					falls(t, side)
				}
			}
		})
	}
}

func falls(t *testing.T, side pitfall.Side) {
	t.Helper()
	begun := time.Now()
	outcome, err := side.Play(t.Context())
	experimenttest.Skip(t, err)
	if outcome.Fell != side.Falls {
		t.Errorf("it fell: %v", outcome.Fell)
		for _, row := range outcome.Rows {
			t.Logf("%s: %v", row.Setting, row.Seen)
		}
	}
	if took := time.Since(begun); took > most {
		t.Errorf("it took %v", took)
	}
}
