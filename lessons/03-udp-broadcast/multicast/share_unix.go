//go:build unix

package multicast

import (
	"net/netip"
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// share lets several sockets have one port. Linux wants SO_REUSEADDR for that, the BSDs want
// SO_REUSEPORT as well, and a group's datagram reaches every one of them.
func share(_, _ string, c syscall.RawConn) (err error) {
	controlling := c.Control(func(fd uintptr) {
		err = os.NewSyscallError("setsockopt SO_REUSEADDR", unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEADDR, 1))
		if err == nil && runtime.GOOS != "linux" {
			err = os.NewSyscallError("setsockopt SO_REUSEPORT", unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1))
		}
	})
	if controlling != nil {
		return controlling
	}
	return err
}

// bindTo is the group's own address: the socket then hears what is sent to it and nothing
// else that is sent to this port.
func bindTo(group netip.AddrPort) netip.AddrPort { return group }
