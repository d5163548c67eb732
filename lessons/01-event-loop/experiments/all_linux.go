// Package experiments lists what try can show, each in a file of its own.
package experiments

import "onthewire/lessons/internal/experiment"

// All are the experiments of this system.
func All() []experiment.Experiment { return []experiment.Experiment{File} }
