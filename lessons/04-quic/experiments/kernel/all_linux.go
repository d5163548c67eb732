// Package kernel has experiments with what a datagram costs in the kernel, and how many of
// them it keeps.
package kernel

import "onthewire/lessons/internal/experiment"

// All are those of this system.
func All() []experiment.Experiment { return []experiment.Experiment{Packet, Buffers} }
