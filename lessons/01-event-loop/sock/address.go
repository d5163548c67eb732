//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package sock

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
)

func resolve(ctx context.Context, address string) (netip.AddrPort, error) {
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return netip.AddrPort{}, err
	}
	port, err := net.DefaultResolver.LookupPort(ctx, "tcp", service)
	if err != nil {
		return netip.AddrPort{}, err
	}
	if host == "" {
		host = "0.0.0.0"
	}
	// The resolver would drop the zone of fe80::1%lo.
	if ip, err := netip.ParseAddr(host); err == nil {
		return netip.AddrPortFrom(ip.Unmap(), uint16(port)), nil
	}
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return netip.AddrPort{}, err
	}
	return netip.AddrPortFrom(ips[0].Unmap(), uint16(port)), nil
}

// Sockaddr is an address as bind(2) and connect(2) take it. People name an IPv6 address's
// zone by its interface and the kernel numbers it (RFC 4007); the error is that there is no
// such interface.
func Sockaddr(a netip.AddrPort) (sockaddr, error) {
	if a.Addr().Is4() {
		return &inet4{Port: int(a.Port()), Addr: a.Addr().As4()}, nil
	}
	sa := &inet6{Port: int(a.Port()), Addr: a.Addr().As16()}
	if zone := a.Addr().Zone(); zone != "" {
		there, err := net.InterfaceByName(zone)
		if number, atoi := strconv.Atoi(zone); err != nil && atoi == nil {
			there, err = net.InterfaceByIndex(number)
		}
		if err != nil {
			return nil, fmt.Errorf("no interface %q is on this machine", zone)
		}
		sa.ZoneId = uint32(there.Index)
	}
	return sa, nil
}

func localAddr(fd int) (netip.AddrPort, error) {
	sa, err := getsockname(fd)
	if err != nil {
		return netip.AddrPort{}, err
	}
	switch sa := sa.(type) {
	case *inet4:
		return netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port)), nil
	case *inet6:
		ip := netip.AddrFrom16(sa.Addr)
		if there, err := net.InterfaceByIndex(int(sa.ZoneId)); err == nil {
			ip = ip.WithZone(there.Name)
		}
		return netip.AddrPortFrom(ip, uint16(sa.Port)), nil
	}
	return netip.AddrPort{}, fmt.Errorf("getsockname: an address of type %T", sa)
}
