// Package server has experiments with socket options: those about listeners.
package server

import "onthewire/lessons/02-socket-options/experiments"

// All lists them.
func All() []experiments.Experiment {
	return []experiments.Experiment{}
}
