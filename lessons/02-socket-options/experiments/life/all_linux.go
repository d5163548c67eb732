// Package life has experiments with socket options: the six of the spine, in the order of a
// connection's life.
package life

import "onthewire/lessons/02-socket-options/experiments"

// All lists them.
func All() []experiments.Experiment {
	return []experiments.Experiment{
		{Name: "nodelay", Options: []string{"TCP_NODELAY"}, About: "Two small writes and a read", Do: Nodelay},
		{Name: "backlog", Options: []string{"listen(2)"}, About: "How many clients wait at the door", Do: Backlog},
		{Name: "buffers", Options: []string{"SO_RCVBUF", "SO_SNDBUF"}, About: "A buffer of your own, over a long link", Do: Buffers},
		{Name: "silence", Options: []string{"SO_KEEPALIVE", "TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_USER_TIMEOUT"}, About: "The peer vanishes without a word", Do: Silence},
		{Name: "close", Options: []string{"SO_LINGER"}, About: "What becomes of an answer at close", Do: Close},
		{Name: "restart", Options: []string{"SO_REUSEADDR", "SO_REUSEPORT"}, About: "Back on the same port", Do: Restart},
	}
}
