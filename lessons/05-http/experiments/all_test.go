package experiments

import (
	"slices"
	"testing"

	"onthewire/lessons/05-http/experiments/to3"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/experiment/experimenttest"
	"onthewire/lessons/internal/labtest"
)

func TestMain(m *testing.M) { labtest.Main(m) }

// What lost-packet compares is a matter of milliseconds on six links at once, and beside other
// tests a processor is not always there in time. In memory no TCP sends anything again, so it is
// shown by its command only.
func TestEveryExperimentShowsItsRelation(t *testing.T) {
	experimenttest.Shows(t, slices.DeleteFunc(All(), func(e experiment.Experiment) bool { return e.Name == to3.LostPacket.Name }))
}

func TestACancelledExperimentEndsSoonAndLeavesNothing(t *testing.T) {
	experimenttest.CalledOff(t, All())
}
