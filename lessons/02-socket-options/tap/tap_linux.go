// Package tap shows an experiment the packets of its link, decoded.
package tap

import (
	"context"
	"net"
	"net/netip"

	"onthewire/lessons/02-socket-options/receive"
	"onthewire/lessons/02-socket-options/socket"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/packet"
)

// On delivers each packet from an address as it leaves its host, until remove is called.
// Nobody has to read them: what does not fit any more is not delivered.
func On(link *lab.Link, from netip.Addr) (packets <-chan packet.Packet, remove func()) {
	seen := make(chan packet.Packet, 64)
	return seen, link.Tap(func(p lab.Packet) {
		if p.Source.Addr() != from {
			return
		}
		select {
		case seen <- p.Packet:
		default:
		}
	})
}

// Next waits for the first packet of which match is true.
func Next(ctx context.Context, packets <-chan packet.Packet, match func(packet.Packet) bool) (packet.Packet, error) {
	for {
		select {
		case p := <-packets:
			if match(p) {
				return p, nil
			}
		case <-ctx.Done():
			return packet.Packet{}, ctx.Err()
		}
	}
}

// Datagram sends one from the client to the server, once prepare has set the options of the
// two sockets. It returns the packet as it was on the wire, and what the receiver has got.
func Datagram(ctx context.Context, link *lab.Link, prepare func(sender, receiver *socket.Socket) error) (p packet.Packet, m receive.Message, err error) {
	receiver, err := link.Server.ListenPacket("udp4", "server:0")
	if err != nil {
		return p, m, err
	}
	defer receiver.Close()
	sender, err := link.Client.ListenPacket("udp4", "client:0")
	if err != nil {
		return p, m, err
	}
	defer sender.Close()
	err = socket.With(sender.(*net.UDPConn), func(s *socket.Socket) error {
		return socket.With(receiver.(*net.UDPConn), func(r *socket.Socket) error { return prepare(s, r) })
	})
	if err != nil {
		return p, m, err
	}
	packets, remove := On(link, lab.ClientAddr)
	defer remove()
	if _, err := sender.WriteTo([]byte("hello, wire\n"), receiver.LocalAddr()); err != nil {
		return p, m, err
	}
	if m, err = receive.Datagram(ctx, receiver.(*net.UDPConn)); err != nil {
		return p, m, err
	}
	p, err = Next(ctx, packets, func(p packet.Packet) bool { return p.Protocol == packet.UDP })
	return p, m, err
}
