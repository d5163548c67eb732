package life

import (
	"testing"

	"onthewire/lessons/02-socket-options/experiments/experimenttest"
	"onthewire/lessons/internal/labtest"
)

func TestMain(m *testing.M) { labtest.Main(m) }

func TestEachExperimentShowsItsRelation(t *testing.T) { experimenttest.Shows(t, All()) }

func TestAnExperimentThatIsCalledOffEndsSoon(t *testing.T) {
	experimenttest.CalledOff(t, All(), "buffers", "silence") // more than half a second
}
