//go:build !linux

// Package kernel has experiments with Linux.
package kernel

import "onthewire/lessons/internal/experiment"

// All are those of this system.
func All() []experiment.Experiment { return nil }
