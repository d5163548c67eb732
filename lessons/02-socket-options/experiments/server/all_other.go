//go:build !linux

// Package server has experiments with socket options: those about listeners.
package server

import "onthewire/lessons/02-socket-options/experiments"

// All lists them: these ask Linux, and this system is another.
func All() []experiments.Experiment { return nil }
