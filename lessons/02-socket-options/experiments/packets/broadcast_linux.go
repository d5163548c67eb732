package packets

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"golang.org/x/sys/unix"

	"onthewire/lessons/02-socket-options/receive"
	"onthewire/lessons/02-socket-options/socket"
	"onthewire/lessons/02-socket-options/tap"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/packet"
)

var Broadcast = experiment.Experiment{
	Name:     "broadcast",
	Subjects: []string{"SO_BROADCAST"},
	About:    "Who wants to talk to everybody has to say so first",
	Do:       runBroadcast,
}

func runBroadcast(ctx context.Context, r *experiment.Report) (err error) {
	link, err := lab.Open(lab.Way{}, lab.Way{})
	if err != nil {
		return err
	}
	defer link.Close()
	everybody, err := link.Server.ListenPacket("udp4", "0.0.0.0:0")
	if err != nil {
		return err
	}
	defer everybody.Close()
	receiver := everybody.(*net.UDPConn)
	to := netip.AddrPortFrom(netip.MustParseAddr("10.0.0.255"), receiver.LocalAddr().(*net.UDPAddr).AddrPort().Port())

	seen, remove := tap.On(link, lab.ClientAddr)
	defer remove()
	refused := sendBroadcast(link, false, to, "without\n")
	if err := sendBroadcast(link, true, to, "hello, wire\n"); err != nil {
		return err
	}
	heard, err := receive.Datagram(ctx, receiver)
	if err != nil {
		return err
	}
	first, err := tap.Next(ctx, seen, func(p packet.Packet) bool { return p.Protocol == packet.UDP })
	if err != nil {
		return err
	}
	already := 0
	if err := socket.With(receiver, func(s *socket.Socket) (err error) {
		already, err = s.Get("SO_BROADCAST", unix.SOL_SOCKET, unix.SO_BROADCAST)
		return err
	}); err != nil {
		return err
	}
	r.Add("SO_BROADCAST = 0: sendto", refused)
	r.Add("SO_BROADCAST = 1: on the wire, to", first.Destination.String())
	r.Add("  a receiver on 0.0.0.0 hears", fmt.Sprintf("%q", heard.Bytes))
	r.Add("a socket of package net has it", already == 1)
	r.Shown = errors.Is(refused, unix.EACCES) && first.Destination == to &&
		string(first.Payload) == "hello, wire\n" && string(heard.Bytes) == "hello, wire\n" && already == 1
	r.Says = "Without the option, nothing leaves. Go sets it on UDP sockets, so you have never met the error."
	return nil
}

// sendBroadcast sends from a socket as the kernel makes it: package net would have set the
// option.
func sendBroadcast(link *lab.Link, allowed bool, to netip.AddrPort, text string) error {
	return link.Client.Do(func() error {
		s, err := socket.New(socket.IPv4, socket.Datagram, 0)
		if err != nil {
			return err
		}
		defer s.Close()
		if err := s.SetBroadcast(allowed); err != nil {
			return err
		}
		return s.SendTo([]byte(text), to)
	})
}
