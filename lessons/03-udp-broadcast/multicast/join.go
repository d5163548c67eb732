// Package multicast makes sockets that hear a group, one for each interface.
//
// Read it in this order: join.go (a socket in a group), interfaces.go (which interfaces can
// have one), bind_unix.go (an address to share), only_linux.go (what Linux would let through).
package multicast

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// Listen makes a socket that hears what is sent to group on one interface, and that sends
// there. Several programs of a host may each have one. It is bound to the group's address,
// so what is sent to its port at any other address passes it by.
func Listen(ifi *net.Interface, group netip.AddrPort) (*net.UDPConn, error) {
	conn, err := bind(group, ifi.Index)
	if err != nil {
		return nil, fmt.Errorf("listen %v: %w", group, err)
	}
	if err := Join(conn, ifi, group.Addr()); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// Join subscribes to a group on one interface: the kernel tells the network card, and the
// neighbours by IGMP or MLD. What the socket sends to a group leaves there too, one hop far,
// since that is the default (IP_MULTICAST_TTL in ip(7)).
func Join(conn *net.UDPConn, ifi *net.Interface, group netip.Addr) error {
	to := &net.UDPAddr{IP: group.AsSlice()}
	var err error
	if group.Is4() {
		p := ipv4.NewPacketConn(conn)
		err = cmp.Or(p.JoinGroup(ifi, to), p.SetMulticastInterface(ifi))
	} else {
		p := ipv6.NewPacketConn(conn)
		err = cmp.Or(p.JoinGroup(ifi, to), p.SetMulticastInterface(ifi))
	}
	if err == nil {
		err = onlyJoined(conn, group)
	}
	if err != nil {
		return fmt.Errorf("join %v on %s: %w", group, ifi.Name, err)
	}
	return nil
}
