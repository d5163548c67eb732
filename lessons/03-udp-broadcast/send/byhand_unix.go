//go:build unix

package send

import (
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// ByHand does what Net does for IPv4, in the four calls that package net makes. It leaves the
// one that permits broadcast to you.
func ByHand(from, to netip.AddrPort, data []byte, broadcast bool) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return os.NewSyscallError("socket", err)
	}
	defer unix.Close(fd)
	if broadcast {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_BROADCAST, 1); err != nil {
			return os.NewSyscallError("setsockopt SO_BROADCAST", err)
		}
	}
	if err := unix.Bind(fd, sockaddr(from)); err != nil {
		return os.NewSyscallError("bind", err)
	}
	return os.NewSyscallError("sendto", unix.Sendto(fd, data, 0, sockaddr(to)))
}

func sockaddr(a netip.AddrPort) unix.Sockaddr {
	return &unix.SockaddrInet4{Addr: a.Addr().As4(), Port: int(a.Port())}
}
