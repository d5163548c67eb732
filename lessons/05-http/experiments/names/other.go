//go:build !linux

package names

import (
	"net"

	"onthewire/lessons/internal/experiment"
)

func fill(*net.TCPListener) (net.Conn, error) {
	return nil, &experiment.Unavailable{
		Why:    "a listener that drops SYNs because its queue is full",
		Remedy: "use Linux",
	}
}

// All are those of this system.
func All() []experiment.Experiment { return []experiment.Experiment{Moved, Localhost, Dead} }
