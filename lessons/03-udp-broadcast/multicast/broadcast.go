package multicast

import (
	"fmt"
	"net"
	"net/netip"
)

// Broadcast is the address that means everybody of a network: its last one (RFC 919).
func Broadcast(network netip.Prefix) netip.Addr {
	last := network.Masked().Addr().As4()
	for bit := network.Bits(); bit < 32; bit++ {
		last[bit/8] |= 0x80 >> (bit % 8)
	}
	return netip.AddrFrom4(last)
}

// A Directed address is the broadcast address of one network, and where that network is.
type Directed struct {
	Interface string
	Addr      netip.Addr
}

// Broadcasts are those of this host's networks; loopback's, which leads nowhere, comes last.
func Broadcasts() (all []Directed) {
	var loopback []Directed
	each(func(ifi net.Interface, prefix netip.Prefix) {
		if !prefix.Addr().Is4() || prefix.Bits() > 30 { // RFC 3021: a network of two has no such address
			return
		}
		d := Directed{ifi.Name, Broadcast(prefix)}
		if ifi.Flags&net.FlagLoopback != 0 {
			loopback = append(loopback, d)
		} else {
			all = append(all, d)
		}
	})
	return append(all, loopback...)
}

// Owner is the interface that has an address.
func Owner(addr netip.Addr) (name string, index int, err error) {
	each(func(ifi net.Interface, prefix netip.Prefix) {
		if prefix.Addr() == addr.WithZone("") || ifi.Flags&net.FlagLoopback != 0 && prefix.Contains(addr) {
			name, index = ifi.Name, ifi.Index
		}
	})
	if name == "" {
		err = fmt.Errorf("%v: no interface has that address", addr)
	}
	return name, index, err
}

// each calls f with every prefix of every interface that is up.
func each(f func(net.Interface, netip.Prefix)) {
	all, _ := net.Interfaces() // without any, there is nothing to call it with
	for _, ifi := range all {
		addrs, err := ifi.Addrs()
		if err != nil || ifi.Flags&net.FlagUp == 0 {
			continue // it may have gone since we asked
		}
		for _, addr := range addrs {
			if prefix, err := netip.ParsePrefix(addr.String()); err == nil {
				f(ifi, prefix)
			}
		}
	}
}
