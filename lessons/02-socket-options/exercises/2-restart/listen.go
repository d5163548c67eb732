//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

// Package restart is exercise 2.2: back on the same port, unless somebody lives there.
package restart

import (
	"net/netip"

	"onthewire/lessons/02-socket-options/socket"
	"onthewire/lessons/internal/exercise"
)

// listen opens a listener of TCP over IPv4 at this address, and no other.
//
//   - A server that has just stopped there has left connections in TIME_WAIT. That does not
//     keep listen from taking its place.
//   - A server that listens there keeps its port, and listen fails with EADDRINUSE, also if
//     that server was opened by listen.
//
// Socket sets nothing by itself. Where listen fails, it leaves no socket open.
func listen(at netip.AddrPort) (*socket.Socket, error) {
	exercise.TODO("make a socket, set what has to be set, and let it listen")
	return nil, nil
}
