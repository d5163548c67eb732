// Package halfamessage is exercise 3.2: what does not fit is reported, not passed on.
package halfamessage

import (
	"net"
	"net/netip"

	"onthewire/lessons/internal/exercise"
)

// receive waits for the next datagram and returns what it says, and who sent it. The caller
// keeps data, and calls again for the datagram behind it.
//
//   - One of more than max bytes is returned as errTooLong, wrapped or not, and no part of it
//     as data. from tells who sent it all the same, where the system does.
//   - One of max bytes fits, and one of no bytes is a message like any other.
//   - Any other error of the socket is returned, and errors.Is still knows it.
func receive(conn *net.UDPConn, max int) (data []byte, from netip.AddrPort, err error) {
	exercise.TODO("find out whether there was more, and say so")
	return nil, from, nil
}
