//go:build unix

package multicast

import (
	"net"
	"net/netip"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// bind makes a socket on exactly this address, which others may share. Package net would
// bind the wildcard address in place of a group's.
//
// To share a port Linux wants SO_REUSEADDR, and the BSDs SO_REUSEPORT; a datagram for all
// then reaches everybody who shares it.
func bind(address netip.AddrPort, zone int) (*net.UDPConn, error) {
	family, to := unix.AF_INET, unix.Sockaddr(nil)
	if a := address.Addr(); a.Is4() {
		to = &unix.SockaddrInet4{Addr: a.As4(), Port: int(address.Port())}
	} else {
		family, to = unix.AF_INET6, &unix.SockaddrInet6{Addr: a.As16(), Port: int(address.Port()), ZoneId: uint32(zone)}
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	unix.CloseOnExec(fd)
	file := os.NewFile(uintptr(fd), "udp "+address.String())
	defer file.Close() // FilePacketConn makes a descriptor of its own
	options := []int{unix.SO_REUSEADDR, unix.SO_BROADCAST}
	if runtime.GOOS != "linux" {
		options = append(options, unix.SO_REUSEPORT)
	}
	for _, option := range options {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, option, 1); err != nil {
			return nil, os.NewSyscallError("setsockopt", err)
		}
	}
	if err := unix.Bind(fd, to); err != nil {
		return nil, os.NewSyscallError("bind", err)
	}
	conn, err := net.FilePacketConn(file)
	if err != nil {
		return nil, err
	}
	return conn.(*net.UDPConn), nil
}
