// check says: while the room has something to say to a guest, keep-alive does not ask, and TCP_USER_TIMEOUT is not set

package vanished

import (
	"net"
	"time"
)

func prepare(guest *net.TCPConn, within time.Duration) error {
	return nil // 15 s, then nine questions: Go has set that
}
