package experiments

import (
	"testing"

	"onthewire/lessons/internal/experiment/experimenttest"
	"onthewire/lessons/internal/labtest"
)

func TestMain(m *testing.M) { labtest.Main(m) }

func TestEveryExperimentShowsItsRelation(t *testing.T) {
	experimenttest.Shows(t, All())
}

func TestACancelledExperimentEndsSoonAndLeavesNothing(t *testing.T) {
	experimenttest.CalledOff(t, All())
}
