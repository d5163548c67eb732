package multicast

import (
	"net/netip"
	"os"
	"syscall"

	"golang.org/x/sys/windows"
)

// share lets several sockets have one port.
func share(_, _ string, c syscall.RawConn) (err error) {
	controlling := c.Control(func(fd uintptr) {
		err = os.NewSyscallError("setsockopt SO_REUSEADDR", windows.SetsockoptInt(windows.Handle(fd), windows.SOL_SOCKET, windows.SO_REUSEADDR, 1))
	})
	if controlling != nil {
		return controlling
	}
	return err
}

// bindTo is the wildcard address: Windows binds no socket to a group.
func bindTo(group netip.AddrPort) netip.AddrPort {
	if group.Addr().Is4() {
		return netip.AddrPortFrom(netip.IPv4Unspecified(), group.Port())
	}
	return netip.AddrPortFrom(netip.IPv6Unspecified(), group.Port())
}
