//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package sys

import (
	"net"
	"net/netip"

	"golang.org/x/sys/unix"
)

func sockaddr(addr netip.AddrPort) unix.Sockaddr {
	ip := addr.Addr()
	if ip.Is4() || ip.Is4In6() {
		return &unix.SockaddrInet4{Port: int(addr.Port()), Addr: ip.Unmap().As4()}
	}
	to := &unix.SockaddrInet6{Port: int(addr.Port()), Addr: ip.As16()}
	if zone, err := net.InterfaceByName(ip.Zone()); err == nil {
		to.ZoneId = uint32(zone.Index)
	}
	return to
}

func addrPort(addr unix.Sockaddr) netip.AddrPort {
	switch addr := addr.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(addr.Addr), uint16(addr.Port))
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(addr.Addr), uint16(addr.Port))
	}
	return netip.AddrPort{}
}
