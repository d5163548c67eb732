package experiments

import (
	"slices"
	"testing"

	"onthewire/lessons/04-quic/experiments/late"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/experiment/experimenttest"
	"onthewire/lessons/internal/labtest"
)

func TestMain(m *testing.M) { labtest.Main(m) }

// What late counts is a matter of milliseconds, and beside other tests a processor is not always
// there in time. So its relation is tested where time is virtual, in its own package.
func TestEveryExperimentShowsItsRelation(t *testing.T) {
	experimenttest.Shows(t, slices.DeleteFunc(All(), func(e experiment.Experiment) bool { return e.Name == late.Late.Name }))
}

func TestACancelledExperimentEndsSoonAndLeavesNothing(t *testing.T) {
	experimenttest.CalledOff(t, All())
}
