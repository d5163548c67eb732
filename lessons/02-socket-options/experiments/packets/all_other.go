//go:build !linux

// Package packets has experiments with socket options: those about single packets.
package packets

import "onthewire/lessons/02-socket-options/experiments"

// All lists them: these ask Linux, and this system is another.
func All() []experiments.Experiment { return nil }
