// Package life has experiments with socket options: the six of the spine, in the order of a
// connection's life.
package life

import "onthewire/lessons/02-socket-options/experiments"

// All lists them.
func All() []experiments.Experiment {
	return []experiments.Experiment{}
}
