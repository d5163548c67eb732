package udp

import (
	"testing"

	"onthewire/lessons/06-pitfalls/pitfall/pitfalltest"
)

func TestAConnectedClientHearsNoOtherAddress(t *testing.T) { pitfalltest.Falls(t, Source) }
