package multicast

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"

	"golang.org/x/sys/windows"
)

// bind makes a socket that others may share, on the wildcard address where the address is a
// group's: Windows binds no socket to a group.
func bind(address netip.AddrPort, zone int) (*net.UDPConn, error) {
	network, host := "udp4", address.Addr()
	if host.Is6() {
		network = "udp6"
	}
	if host.IsMulticast() {
		host = netip.IPv4Unspecified()
		if network == "udp6" {
			host = netip.IPv6Unspecified()
		}
	}
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) (err error) {
		controlling := c.Control(func(fd uintptr) {
			err = os.NewSyscallError("setsockopt SO_REUSEADDR", windows.SetsockoptInt(windows.Handle(fd), windows.SOL_SOCKET, windows.SO_REUSEADDR, 1))
		})
		return errors.Join(controlling, err)
	}}
	conn, err := config.ListenPacket(context.Background(), network, netip.AddrPortFrom(host, address.Port()).String())
	if err != nil {
		return nil, err
	}
	return conn.(*net.UDPConn), nil
}
