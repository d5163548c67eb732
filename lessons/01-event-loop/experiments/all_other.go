//go:build !linux

package experiments

import "onthewire/lessons/internal/experiment"

// All are none: io_uring is Linux's, and so is epoll.
func All() []experiment.Experiment { return nil }
