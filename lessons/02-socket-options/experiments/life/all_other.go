//go:build !linux

// Package life has experiments with socket options: the six of the spine, in the order of a connection's life.
package life

import "onthewire/lessons/02-socket-options/experiments"

// All lists them: these ask Linux, and this system is another.
func All() []experiments.Experiment { return nil }
