//go:build !linux

package experiments

import (
	"onthewire/lessons/02-socket-options/experiments/life"
	"onthewire/lessons/internal/experiment"
)

// All are those that ask no more than package net. The others set what only Linux has, or
// need the lab.
func All() []experiment.Experiment {
	return []experiment.Experiment{life.Nodelay, life.Close, life.Bufio}
}
