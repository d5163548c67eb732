package packets

import (
	"context"
	"net"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"

	"onthewire/lessons/02-socket-options/icmp"
	"onthewire/lessons/02-socket-options/socket"
	"onthewire/lessons/02-socket-options/tap"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/packet"
)

var TTL = experiment.Experiment{
	Name:     "ttl",
	Subjects: []string{"IP_TTL", "IP_RECVTTL"},
	About:    "Each router takes one off, and the last one reports itself",
	Do:       runTTL,
}

func runTTL(ctx context.Context, r *experiment.Report) (err error) {
	link, err := lab.Open(lab.Way{}, lab.Way{})
	if err != nil {
		return err
	}
	defer link.Close()
	usual, usualSaid, err := datagramTTL(ctx, link, 0)
	if err != nil {
		return err
	}
	one, oneSaid, err := datagramTTL(ctx, link, 1)
	if err != nil {
		return err
	}
	passed, answer, err := throughRouter(ctx, link, usual)
	if err != nil {
		return err
	}
	r.Add("IP_TTL not set: on the wire", usual)
	r.Add("  the receiver reads", usualSaid)
	r.Add("  behind a router", passed)
	r.Add("IP_TTL = 1: on the wire", one)
	r.Add("  the receiver reads", oneSaid)
	r.Add("  behind a router", "nothing; an error from "+answer.String())
	r.Shown = usual > 1 && usualSaid == usual && passed == usual-1 && one == 1 && oneSaid == 1 && answer == lab.ServerAddr
	r.Says = "A packet with a TTL of 1 reaches the neighbours and nobody else. traceroute asks with 1, 2, 3, and notes who answers."
	return nil
}

// datagramTTL tells the TTL that the link has seen, and the one that the receiver was told. 0
// leaves the option alone.
func datagramTTL(ctx context.Context, link *lab.Link, hops int) (wire, said int, err error) {
	p, m, err := tap.Datagram(ctx, link, func(sender, receiver *socket.Socket) error {
		if err := receiver.Set("IP_RECVTTL", unix.IPPROTO_IP, unix.IP_RECVTTL, 1); err != nil || hops == 0 {
			return err
		}
		return sender.SetTTL(hops)
	})
	said, _ = m.Value(unix.IPPROTO_IP, unix.IP_TTL)
	return int(p.TTL), said, err
}

// elsewhere is an address of the link's network that nobody has.
var elsewhere = netip.MustParseAddrPort("10.0.0.3:9")

// throughRouter makes the server a router. It passes packets for elsewhere on, by the way
// they came, since it has no other. A TTL of so many hops survives that, and 1 does not.
func throughRouter(ctx context.Context, link *lab.Link, hops int) (passed int, answer netip.Addr, err error) {
	if err := link.Server.Do(func() error {
		return os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0)
	}); err != nil {
		return 0, answer, err
	}
	conn, err := link.Client.ListenPacket("udp4", "client:0")
	if err != nil {
		return 0, answer, err
	}
	defer conn.Close()
	sender := conn.(*net.UDPConn)
	client, ignoreClient := tap.On(link, lab.ClientAddr)
	defer ignoreClient()
	router, ignoreRouter := tap.On(link, lab.ServerAddr)
	defer ignoreRouter()

	// The TTL of 1 first: a router is slow to send a second ICMP message to the same host
	// (icmp_ratelimit), and it has something to say about the other packet too.
	if err := socket.With(sender, func(s *socket.Socket) error { return s.SetTTL(1) }); err != nil {
		return 0, answer, err
	}
	if _, err := sender.WriteToUDPAddrPort([]byte("hello, wire\n"), elsewhere); err != nil {
		return 0, answer, err
	}
	exceeded, err := tap.Next(ctx, router, func(p packet.Packet) bool {
		return p.Protocol == packet.ICMP && len(p.Payload) > 0 && p.Payload[0] == icmp.TimeExceeded
	})
	if err != nil {
		return 0, answer, err
	}
	if err := socket.With(sender, func(s *socket.Socket) error { return s.SetTTL(hops) }); err != nil {
		return 0, answer, err
	}
	if _, err := sender.WriteToUDPAddrPort([]byte("hello, wire\n"), elsewhere); err != nil {
		return 0, answer, err
	}
	back, err := tap.Next(ctx, client, func(p packet.Packet) bool {
		return p.Destination == elsewhere && p.TTL > 1 && int(p.TTL) < hops
	})
	return int(back.TTL), exceeded.Source.Addr(), err
}
