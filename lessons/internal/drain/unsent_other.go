//go:build !linux

package drain

import "net"

// pause is how long nothing may move before a peer is taken to have everything.
const pause = 10 * tick

// Unsent is 0: what the peer's kernel has not acknowledged yet is told in another way here,
// or not at all. The rest is left to the kernel.
func Unsent(net.Conn) int { return 0 }
