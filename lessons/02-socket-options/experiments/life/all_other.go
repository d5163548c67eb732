//go:build !linux

// Package life has experiments with socket options: those of the spine that do not need
// Linux.
package life

import "onthewire/lessons/02-socket-options/experiments"

// All lists them.
func All() []experiments.Experiment {
	return []experiments.Experiment{
		{Name: "nodelay", Options: []string{"TCP_NODELAY"}, About: "Two small writes and a read", Do: Nodelay},
		{Name: "close", Options: []string{"SO_LINGER"}, About: "What becomes of an answer at close", Do: Close},
	}
}
