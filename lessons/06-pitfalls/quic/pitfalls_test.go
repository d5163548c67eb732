package quic

import (
	"testing"

	"onthewire/lessons/06-pitfalls/pitfall/pitfalltest"
)

func TestWhoTrustsAnybodyTellsAnybody(t *testing.T)            { pitfalltest.Falls(t, Verify) }
func TestAStreamThatNobodyReadsStopsAllOthers(t *testing.T)    { pitfalltest.Falls(t, Drain) }
func TestAConnectionThatClosesTakesItsBytesAlong(t *testing.T) { pitfalltest.Falls(t, Last) }
