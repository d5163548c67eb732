//go:build !linux

package datagram

import (
	"net"
	"net/netip"

	"golang.org/x/net/ipv4"
)

// Without a clock and a count of drops, which have other forms here, this is what x/net asks
// for and takes apart. On Windows it does neither, and only the sender and the bytes remain.
const wanted = ipv4.FlagDst | ipv4.FlagInterface | ipv4.FlagTTL

func askForControl(conn *net.UDPConn) error {
	ipv4.NewPacketConn(conn).SetControlMessage(wanted, true) // what is refused stays unknown
	return nil
}

func (d *Datagram) readControl(b []byte) error {
	var m ipv4.ControlMessage
	if m.Parse(b) != nil {
		return nil
	}
	d.TTL, d.Interface = m.TTL, m.IfIndex
	if to, ok := netip.AddrFromSlice(m.Dst); ok {
		d.To = to.Unmap()
	}
	return nil
}
