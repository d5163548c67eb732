//go:build !linux

// Package flow has experiments with socket options: those about how bytes flow.
package flow

import "onthewire/lessons/02-socket-options/experiments"

// All lists them: these ask Linux, and this system is another.
func All() []experiments.Experiment { return nil }
