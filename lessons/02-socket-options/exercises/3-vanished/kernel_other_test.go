//go:build !linux

package vanished

import (
	"net"
	"time"
)

// theKernelWillNotice calls prepare and believes it: TCP_USER_TIMEOUT is Linux's, and so
// is the lab. Without them nothing can be said about an answer.
func theKernelWillNotice(within time.Duration) error {
	prepare(new(net.TCPConn), within)
	return nil
}
