// Package send sends one datagram from a socket that is made for it.
//
// Read it in this order: send.go (package net), byhand_unix.go (the same by system calls).
package send

import (
	"context"
	"net"
	"net/netip"
)

// Net sends data from an address of this host; port 0 is any, and the unspecified address is
// the one that the route chooses.
//
// The network is udp4 or udp6, never udp: a socket for both cannot send to an IPv4 broadcast
// address everywhere.
func Net(ctx context.Context, from, to netip.AddrPort, data []byte) error {
	network := "udp4"
	if to.Addr().Is6() {
		network = "udp6"
	}
	conn, err := new(net.ListenConfig).ListenPacket(ctx, network, from.String())
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.WriteTo(data, net.UDPAddrFromAddrPort(to))
	return err
}
