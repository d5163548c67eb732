// Package experiments lists what try can show: the six of the spine, and those of the
// annexes, each in a file of its own.
package experiments

import (
	"onthewire/lessons/02-socket-options/experiments/flow"
	"onthewire/lessons/02-socket-options/experiments/life"
	"onthewire/lessons/02-socket-options/experiments/packets"
	"onthewire/lessons/02-socket-options/experiments/server"
	"onthewire/lessons/internal/experiment"
)

// All are the experiments of this system.
func All() []experiment.Experiment {
	return []experiment.Experiment{
		life.Nodelay, life.Backlog, life.Buffers, life.Silence, life.Close, life.Restart,
		life.Bufio, life.UserTimeout,
		server.Reuseport, server.DyingListener, server.Timeouts, server.DeferAccept, server.FastOpen, server.V6Only,
		flow.TCPInfo, flow.Congestion, flow.QuickAck, flow.Unsent, flow.ZeroCopy, flow.MPTCP,
		packets.RxqOvfl, packets.Broadcast, packets.DSCP, packets.TTL, packets.Ping, packets.Sniff,
	}
}
