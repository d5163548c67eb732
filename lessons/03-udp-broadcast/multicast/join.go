// Package multicast makes sockets that hear a group, one for each interface.
//
// Read it in this order: join.go (a socket in a group), interfaces.go (which interfaces can
// have one), only_linux.go (what Linux would let through besides).
package multicast

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/netip"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// Listen makes a socket that hears what is sent to group on one interface, and that sends
// there. Several programs of a host may each have one.
func Listen(ctx context.Context, ifi *net.Interface, group netip.AddrPort) (*net.UDPConn, error) {
	network := "udp4"
	if group.Addr().Is6() {
		network = "udp6"
		group = netip.AddrPortFrom(group.Addr().WithZone(ifi.Name), group.Port())
	}
	config := net.ListenConfig{Control: share}
	conn, err := config.ListenPacket(ctx, network, bindTo(group).String())
	if err != nil {
		return nil, err
	}
	udp := conn.(*net.UDPConn)
	if err := Join(udp, ifi, group.Addr()); err != nil {
		udp.Close()
		return nil, err
	}
	return udp, nil
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
