package goroutines_test

import (
	"testing"

	"onthewire/lessons/01-event-loop/faults"
	"onthewire/lessons/01-event-loop/goroutines"
)

func TestItStandsWhatClientsDo(t *testing.T) { faults.Run(t, goroutines.Listen) }
