package mdns

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// Groups of mDNS (RFC 6762 §3).
var (
	group4 = netip.MustParseAddr("224.0.0.251")
	group6 = netip.MustParseAddr("ff02::fb")
)

// Open makes the socket for a way such as "eth0 IPv4", as package multicast names them.
func Open(way string) (*Link, error) {
	device, version, _ := strings.Cut(way, " ")
	ifi, err := net.InterfaceByName(device)
	if err != nil {
		return nil, err
	}
	group, network := group4, "udp4"
	if version == "IPv6" {
		group, network = group6.WithZone(device), "udp6"
	}
	conn, err := net.ListenPacket(network, ":0")
	if err != nil {
		return nil, err
	}
	if network == "udp4" {
		p := ipv4.NewPacketConn(conn)
		err = cmp.Or(p.SetMulticastInterface(ifi), p.SetMulticastTTL(255)) // RFC 6762 §11
	} else {
		p := ipv6.NewPacketConn(conn)
		err = cmp.Or(p.SetMulticastInterface(ifi), p.SetMulticastHopLimit(255))
	}
	link := &Link{Conn: conn, Group: net.UDPAddrFromAddrPort(netip.AddrPortFrom(group, port))}
	addrs, listing := ifi.Addrs()
	for _, addr := range addrs {
		if prefix, err := netip.ParsePrefix(addr.String()); err == nil {
			link.Local = append(link.Local, prefix)
		}
	}
	if err := cmp.Or(err, listing); err != nil {
		conn.Close()
		return nil, fmt.Errorf("%s: %w", way, err)
	}
	return link, nil
}
