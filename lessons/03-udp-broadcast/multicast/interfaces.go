package multicast

import (
	"fmt"
	"net"
	"net/netip"
	"strings"

	"onthewire/lessons/03-udp-broadcast/discover"
)

// Where the nodes of package discover meet. 239.255.0.0/16 is for the smallest area that a
// site marks off, and leaves it nowhere (RFC 2365 §6.1). In ff12::, 2 means this link only, and 1 that nobody has
// assigned the group: ff02:: would be one of IANA's (RFC 4291 §2.7). The port is above those
// which Linux gives to clients, and IANA assigns none from 49152 on (RFC 6335 §6).
var (
	Group4 = netip.MustParseAddrPort("239.255.87.73:61773")
	Group6 = netip.MustParseAddrPort("[ff12::5749:5245]:61773")
)

// Loopback is a way to other programs of this host, where there is a device of that name. It
// carries no groups of its own accord, so it is served by broadcast.
const Loopback = "lo IPv4"

// Interfaces names the ways to the neighbours: each interface that is up, once for each IP
// version that it has an address of, such as "eth0 IPv4".
func Interfaces() (names []string, err error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	for _, ifi := range all {
		if ifi.Flags&net.FlagUp == 0 || ifi.Flags&net.FlagLoopback != 0 {
			continue
		}
		addrs, err := ifi.Addrs()
		if err != nil {
			continue // it has gone since we asked
		}
		var four, six bool
		for _, addr := range addrs {
			is4 := addr.(*net.IPNet).IP.To4() != nil
			four, six = four || is4, six || !is4
		}
		if four && ifi.Flags&(net.FlagMulticast|net.FlagBroadcast) != 0 {
			names = append(names, ifi.Name+" IPv4")
		}
		if six && ifi.Flags&net.FlagMulticast != 0 {
			names = append(names, ifi.Name+" IPv6")
		}
	}
	return names, nil
}

// Open makes the socket of a way that Interfaces has named. An interface without multicast
// is served by broadcast.
func Open(name string) (*discover.Link, error) {
	device, version, _ := strings.Cut(name, " ")
	ifi, err := net.InterfaceByName(device)
	if err != nil {
		return nil, err
	}
	group := Group4
	switch {
	case version == "IPv6":
		group = netip.AddrPortFrom(Group6.Addr().WithZone(device), Group6.Port())
	case ifi.Flags&net.FlagMulticast == 0:
		return openBroadcast(ifi, Group4.Port())
	}
	conn, err := Listen(ifi, group)
	if err != nil {
		return nil, err
	}
	return &discover.Link{Conn: conn, To: net.UDPAddrFromAddrPort(group)}, nil
}

// openBroadcast makes a socket that hears all of a port, and reaches everybody of a network
// of ifi.
func openBroadcast(ifi *net.Interface, port uint16) (*discover.Link, error) {
	for _, b := range Broadcasts() {
		if b.Interface != ifi.Name {
			continue
		}
		conn, err := bind(netip.AddrPortFrom(netip.IPv4Unspecified(), port), 0)
		if err != nil {
			return nil, err
		}
		return &discover.Link{Conn: conn, To: net.UDPAddrFromAddrPort(netip.AddrPortFrom(b.Addr, port))}, nil
	}
	return nil, fmt.Errorf("%s: no IPv4 network", ifi.Name)
}
