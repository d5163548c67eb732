//go:build !linux

// Package experiments lists those of this lesson, which ask Linux.
package experiments

import "onthewire/lessons/internal/experiment"

// All are the experiments of this system: none.
func All() []experiment.Experiment { return nil }
