// Package packets has experiments with socket options: those about single packets.
package packets

import "onthewire/lessons/02-socket-options/experiments"

// All lists them.
func All() []experiments.Experiment {
	return []experiments.Experiment{}
}
