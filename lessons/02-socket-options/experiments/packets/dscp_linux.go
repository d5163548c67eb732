package packets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	"golang.org/x/sys/unix"

	"onthewire/lessons/02-socket-options/socket"
	"onthewire/lessons/02-socket-options/tap"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/packet"
)

var DSCP = experiment.Experiment{
	Name:     "dscp",
	Subjects: []string{"IP_TOS", "IP_RECVTOS"},
	About:    "A byte in each packet asks for a better place in the queue",
	Do:       runDSCP,
}

// expedited is the class for calls and games, 46 (RFC 3246), where the byte has it: the
// lower two bits are for congestion marks (ECN, RFC 3168).
const expedited = 46 << 2

func runDSCP(ctx context.Context, r *experiment.Report) (err error) {
	link, err := lab.Open(lab.Way{}, lab.Way{})
	if err != nil {
		return err
	}
	defer link.Close()
	plain, plainSaid, err := datagramTOS(ctx, link, 0)
	if err != nil {
		return err
	}
	marked, markedSaid, err := datagramTOS(ctx, link, expedited|1)
	if err != nil {
		return err
	}
	stream, err := segmentTOS(ctx, link, expedited|1)
	if err != nil {
		return err
	}
	r.Add("UDP, IP_TOS = 0x00: on the wire", hex(plain))
	r.Add("  the receiver reads", hex(plainSaid))
	r.Add("UDP, IP_TOS = 0xb9: on the wire", hex(marked))
	r.Add("  the receiver reads", hex(markedSaid))
	r.Add("TCP, IP_TOS = 0xb9: on the wire", hex(stream))
	r.Shown = plain == 0 && plainSaid == 0 && marked == expedited|1 && markedSaid == marked && stream == expedited
	r.Says = "The byte is in every packet. TCP keeps the lower two bits for itself."
	return nil
}

func hex(b int) string { return fmt.Sprintf("0x%02x", b) }

// datagramTOS tells the byte that the link has seen, and the one that the receiver was told.
func datagramTOS(ctx context.Context, link *lab.Link, tos int) (wire, said int, err error) {
	p, m, err := tap.Datagram(ctx, link, func(sender, receiver *socket.Socket) error {
		return errors.Join(sender.SetTOS(tos), receiver.Set("IP_RECVTOS", unix.IPPROTO_IP, unix.IP_RECVTOS, 1))
	})
	if err != nil {
		return 0, 0, err
	}
	said, found := m.Value(unix.IPPROTO_IP, unix.IP_TOS)
	if !found {
		return 0, 0, errors.New("the receiver was not told the TOS")
	}
	return int(p.TOS), said, nil
}

// segmentTOS is the byte of a TCP segment with something in it.
func segmentTOS(ctx context.Context, link *lab.Link, tos int) (int, error) {
	listener, err := link.Server.Listen("tcp", "server:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	conn, err := link.Client.DialContext(ctx, "tcp", listener.Addr().String())
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	if err := socket.With(conn.(*net.TCPConn), func(s *socket.Socket) error { return s.SetTOS(tos) }); err != nil {
		return 0, err
	}
	seen, remove := tap.On(link, lab.ClientAddr)
	defer remove()
	if _, err := io.WriteString(conn, "hello, wire\n"); err != nil {
		return 0, err
	}
	p, err := tap.Next(ctx, seen, func(p packet.Packet) bool { return p.Protocol == packet.TCP && len(p.Payload) > 0 })
	return int(p.TOS), err
}
