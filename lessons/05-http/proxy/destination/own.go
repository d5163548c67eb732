package destination

import (
	"net"
	"net/netip"
)

// isOwn tells whether an address is where the proxy itself listens. Through a tunnel into itself
// each byte goes around once more for every turn that a client adds, and what comes out of it
// seems to come from this machine.
func isOwn(own, to netip.AddrPort) bool {
	if !own.IsValid() || own.Port() != to.Port() {
		return false
	}
	listens := own.Addr().Unmap()
	if to.Addr().IsUnspecified() || listens == to.Addr() {
		return true
	}
	return listens.IsUnspecified() && (to.Addr().IsLoopback() || isOurs(to.Addr()))
}

// isOurs tells whether a network interface of this machine has the address.
func isOurs(ip netip.Addr) bool {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	for _, a := range all {
		if network, ok := a.(*net.IPNet); ok && network.IP.Equal(ip.AsSlice()) {
			return true
		}
	}
	return false
}
