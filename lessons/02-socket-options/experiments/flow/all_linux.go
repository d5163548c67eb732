// Package flow has experiments with socket options: those about how bytes flow.
package flow

import "onthewire/lessons/02-socket-options/experiments"

// All lists them.
func All() []experiments.Experiment {
	return []experiments.Experiment{}
}
