package multicast

import (
	"net"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// onlyJoined keeps away the groups that others have joined. Linux hands a socket on the
// wildcard address every group of its port that anybody on this host has joined, unless
// IP_MULTICAST_ALL is 0 (ip(7)).
func onlyJoined(conn *net.UDPConn, group netip.Addr) error {
	level, option := unix.IPPROTO_IP, unix.IP_MULTICAST_ALL
	if group.Is6() {
		level, option = unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_ALL
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	controlling := raw.Control(func(fd uintptr) {
		err = os.NewSyscallError("setsockopt IP_MULTICAST_ALL", unix.SetsockoptInt(int(fd), level, option, 0))
	})
	if controlling != nil {
		return controlling
	}
	return err
}
