package drain

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

const pause = 0 // Unsent tells that a peer has everything

// Unsent is how many bytes of ours the peer's kernel has not acknowledged yet. A FIN counts
// as one.
func Unsent(conn net.Conn) (n int) {
	of, ok := conn.(syscall.Conn)
	if !ok {
		return 0
	}
	if raw, err := of.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) { n, _ = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ) })
	}
	return n
}
