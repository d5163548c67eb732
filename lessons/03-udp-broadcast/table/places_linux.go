package table

import (
	"net/netip"

	"onthewire/lessons/03-udp-broadcast/multicast"
	"onthewire/lessons/internal/lab"
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
