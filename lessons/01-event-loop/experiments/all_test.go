package experiments

import (
	"testing"

	"onthewire/lessons/internal/experiment/experimenttest"
)

func TestEveryExperimentShowsItsRelation(t *testing.T) { experimenttest.Shows(t, All()) }

func TestACancelledExperimentEndsSoonAndLeavesNothing(t *testing.T) {
	experimenttest.CalledOff(t, All())
}
