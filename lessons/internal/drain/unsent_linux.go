package drain

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// unsent is how many bytes of ours the peer's kernel has not acknowledged yet. A FIN counts
// as one.
func unsent(conn net.Conn) (n int) {
	raw, err := conn.(syscall.Conn).SyscallConn()
	if err == nil {
		raw.Control(func(fd uintptr) { n, _ = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ) })
	}
	return n
}
