// Package experiments lists those of this lesson. Each stands in a file of its own below.
package experiments

import (
	"onthewire/lessons/03-udp-broadcast/experiments/asking"
	"onthewire/lessons/03-udp-broadcast/experiments/groups"
	"onthewire/lessons/03-udp-broadcast/experiments/path"
	"onthewire/lessons/03-udp-broadcast/experiments/peers"
	"onthewire/lessons/03-udp-broadcast/experiments/receive"
	"onthewire/lessons/03-udp-broadcast/experiments/speed"
	"onthewire/lessons/internal/experiment"
)

// All are the experiments of this system.
func All() []experiment.Experiment {
	return []experiment.Experiment{
		receive.Drops,
		groups.Groups, asking.Asking,
		peers.Refused, peers.Replies, peers.SharedBuffer,
		path.Fragments, path.PathMTU,
		speed.Batches, speed.Announcements,
	}
}
