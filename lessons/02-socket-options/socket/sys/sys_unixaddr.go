//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package sys

import (
	"net/netip"

	"golang.org/x/sys/unix"
)

func sockaddr(addr netip.AddrPort) (unix.Sockaddr, error) {
	ip, port := addr.Addr(), int(addr.Port())
	if ip.Is4() {
		return &unix.SockaddrInet4{Port: port, Addr: ip.As4()}, nil
	}
	zone, err := zoneID(ip.Zone())
	return &unix.SockaddrInet6{Port: port, Addr: ip.As16(), ZoneId: zone}, err
}

func addrPort(addr unix.Sockaddr) netip.AddrPort {
	switch addr := addr.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(addr.Addr), uint16(addr.Port))
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(addr.Addr).WithZone(zoneName(addr.ZoneId)), uint16(addr.Port))
	}
	return netip.AddrPort{}
}
