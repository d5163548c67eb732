package twowrites

import (
	"net"

	"golang.org/x/sys/unix"
)

// segments counts the segments with bytes in them that this end has sent (TCP_INFO, tcp(7)).
func segments(conn *net.TCPConn) (n int, known bool) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, false
	}
	raw.Control(func(fd uintptr) {
		info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
		if known = err == nil; known {
			n = int(info.Data_segs_out)
		}
	})
	return n, known
}
