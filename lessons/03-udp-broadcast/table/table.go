// Package table finds out who hears a datagram, by sending one.
//
// Read it in this order: table.go (where it is tried), socket_linux.go (a receiver),
// cell_linux.go (one question, one answer), filter_linux.go (the address that is bound),
// shared_linux.go (two sockets on one port), group_linux.go (who is in a group).
package table

import (
	"net/netip"

	"onthewire/lessons/03-udp-broadcast/multicast"
	"onthewire/lessons/internal/lab"
)

// A Place is where we try it: a host that sends, and one that listens. Both may be one.
type Place struct {
	Name             string // "lo", "lan"
	Interface        string // by which the two are connected, of the same name on both
	Sender, Receiver Host
	Destinations     []netip.Addr // what one can send to here
}

// A Host makes sockets.
type Host struct {
	Addr, Addr6 netip.Addr
	Do          func(func() error) error // runs something there, so that its sockets are of that host
}

// A Table is what came of trying: a line a row.
type Table struct {
	Corner  string // what rows and columns are
	Columns []string
	Rows    []Row
}

// A Row is one thing tried, once for each column.
type Row struct {
	Name  string
	Where string // the place, unless the corner names it
	Cells []string
}

// What a cell can say besides: the name of the error which the kernel gave.
const (
	Hears  = "hears"
	Silent = "-"
)

// Loopback is this machine alone.
func Loopback() Place {
	here := Host{Addr: netip.MustParseAddr("127.0.0.1"), Addr6: netip.IPv6Loopback(), Do: func(f func() error) error { return f() }}
	return Place{Name: "lo", Interface: "lo", Sender: here, Receiver: here, Destinations: []netip.Addr{
		here.Addr,
		netip.MustParseAddr("127.0.0.255"),
		multicast.Broadcast(netip.MustParsePrefix("127.0.0.1/8")),
		netip.AddrFrom4([4]byte{255, 255, 255, 255}),
		multicast.Group4.Addr(),
	}}
}

// Between is two hosts of a segment.
func Between(sender, receiver *lab.Host) Place {
	host := func(h *lab.Host) Host { return Host{Addr: h.Addr, Addr6: h.Addr6, Do: h.Do} }
	return Place{Name: "lan", Interface: "lan", Sender: host(sender), Receiver: host(receiver), Destinations: []netip.Addr{
		receiver.Addr,
		multicast.Broadcast(netip.PrefixFrom(receiver.Addr, 24)),
		netip.AddrFrom4([4]byte{255, 255, 255, 255}),
		multicast.Group4.Addr(),
		multicast.Group6.Addr(),
	}}
}
