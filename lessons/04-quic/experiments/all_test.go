package experiments

import (
	"slices"
	"testing"

	"onthewire/lessons/04-quic/experiments/late"
	"onthewire/lessons/04-quic/experiments/recovery"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/experiment/experimenttest"
	"onthewire/lessons/internal/labtest"
)

func TestMain(m *testing.M) { labtest.Main(m) }

// What late and tail-loss count is a matter of milliseconds, and beside other tests a processor is
// not always there in time. They speak over the lab, so their relation is tested in their own
// packages, over a simulated network.
func TestEveryExperimentShowsItsRelation(t *testing.T) {
	experimenttest.Shows(t, slices.DeleteFunc(All(), func(e experiment.Experiment) bool {
		return e.Name == late.Late.Name || e.Name == recovery.TailLoss.Name
	}))
}

func TestACancelledExperimentEndsSoonAndLeavesNothing(t *testing.T) {
	experimenttest.CalledOff(t, All())
}
