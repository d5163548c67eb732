package tcp

import (
	"testing"

	"onthewire/lessons/06-pitfalls/pitfall/pitfalltest"
)

func TestWhoSaysNothingKeepsAllOthersOut(t *testing.T) { pitfalltest.Falls(t, Handshake) }
