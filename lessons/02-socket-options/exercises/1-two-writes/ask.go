// Package twowrites is exercise 2.1: under 5 ms, once with the option and once without it.
package twowrites

import (
	"net"

	"onthewire/lessons/internal/exercise"
)

// withOption sends a request whose head and body are in two slices. The server answers as
// soon as it has both, and its kernel keeps acknowledgements back, on Linux for 40 ms.
// TCP_NODELAY is off before the first request. Turn it on.
func withOption(conn *net.TCPConn, head, body []byte) error {
	exercise.TODO("send head and body, here with TCP_NODELAY and below without it")
	return nil
}

// withoutOption sends the same where TCP_NODELAY is off, and leaves it off. head and body
// are somebody else's: what is in them stays, and so does what is behind them.
func withoutOption(conn *net.TCPConn, head, body []byte) error {
	return nil
}
