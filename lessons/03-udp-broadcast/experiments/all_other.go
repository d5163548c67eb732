//go:build !linux

// Package experiments lists those of this lesson. Most of them ask Linux.
package experiments

import (
	"onthewire/lessons/03-udp-broadcast/experiments/peers"
	"onthewire/lessons/internal/experiment"
)

// All are the experiments of this system.
func All() []experiment.Experiment { return []experiment.Experiment{peers.SharedBuffer} }
