package life

import (
	"context"
	"errors"
	"testing"
	"time"

	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/labtest"
	"onthewire/lessons/internal/leak"
)

func TestMain(m *testing.M) { labtest.Main(m) }

func TestEachExperimentShowsItsRelation(t *testing.T) {
	for _, e := range All() {
		t.Run(e.Name, func(t *testing.T) {
			leak.Check(t)
			report, err := e.Run(t.Context())
			if no, ok := errors.AsType[*lab.Unavailable](err); ok {
				t.Skipf("%v; %s", no, no.Advice())
			}
			if err != nil {
				t.Fatal(err)
			}
			if !report.Shown {
				t.Errorf("the rows do not stand in their relation: %v", report.Rows)
			}
		})
	}
}

func TestAnExperimentThatIsCalledOffEndsSoon(t *testing.T) {
	for _, e := range All() {
		t.Run(e.Name, func(t *testing.T) {
			leak.Check(t)
			ctx, cancel := context.WithCancel(t.Context())
			timer := time.AfterFunc(30*time.Millisecond, cancel)
			defer timer.Stop()
			begun := time.Now()
			e.Run(ctx)
			if took := time.Since(begun); took > 2*time.Second {
				t.Errorf("called off after 30 ms, it went on for %v", took)
			}
		})
	}
}
