package packets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"

	"onthewire/lessons/02-socket-options/sniffer"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/packet"
	"onthewire/lessons/internal/pcapng"
)

var Sniff = experiment.Experiment{
	Name:     "sniff",
	Subjects: []string{"AF_PACKET", "SO_ATTACH_FILTER"},
	About:    "See every packet of an interface, or let the kernel sort them",
	Do:       runSniff,
}

func runSniff(ctx context.Context, r *experiment.Report) (err error) {
	link, err := lab.Open(lab.Way{}, lab.Way{})
	if err != nil {
		return err
	}
	defer link.Close()
	chosen, err := newGreeter(link)
	if err != nil {
		return err
	}
	defer chosen.Close()
	other, err := newGreeter(link)
	if err != nil {
		return err
	}
	defer other.Close()
	port := chosen.addr().Port()

	filtered, err := openSniffer(link, sniffer.Filter{Port: port})
	if err != nil {
		return err
	}
	defer filtered.Close()
	open, err := openSniffer(link, sniffer.Filter{})
	if err != nil {
		return err
	}
	defer open.Close()
	for _, greeter := range []*greeter{other, chosen} {
		if err := greeter.greet(ctx, link); err != nil {
			return err
		}
	}
	some, err := untilEnd(ctx, filtered, port)
	if err != nil {
		return err
	}
	all, err := untilEnd(ctx, open, port)
	if err != nil {
		return err
	}
	r.Add("no filter: packets", len(all))
	r.Add("  of the connection to our port", count(all, port))
	r.Add("SO_ATTACH_FILTER, our port: packets", len(some))
	r.Add("  of the connection to our port", count(some, port))
	r.Add("  the bytes in them", fmt.Sprintf("%q", payloads(some)))
	r.Add("  as a pcapng file, bytes", len(save(filtered.Link, some)))
	r.Shown = count(some, port) == len(some) && count(all, port) == len(some) && len(all) > len(some) &&
		string(payloads(some)) == "hello, wire\n"
	r.Says = "Both sockets have seen one interface. The filter ran in the kernel, so the other packets were never copied to us."
	return nil
}

// A greeter is a server that reads to the end and then closes. The hosts of the lab have a
// loopback of their own, and this one is the server's.
type greeter struct{ net.Listener }

func newGreeter(link *lab.Link) (*greeter, error) {
	listener, err := link.Server.Listen("tcp", "127.0.0.1:0")
	return &greeter{listener}, err
}

func (g *greeter) addr() netip.AddrPort { return g.Addr().(*net.TCPAddr).AddrPort() }

// greet says hello once. Our side ends first, so its last packet is the last one of all.
func (g *greeter) greet(ctx context.Context, link *lab.Link) error {
	conn, err := link.Server.DialContext(ctx, "tcp", g.addr().String())
	if err != nil {
		return err
	}
	defer conn.Close()
	served, err := g.Accept() // the connection is in its queue already
	if err != nil {
		return err
	}
	defer served.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	_, saying := io.WriteString(conn, "hello, wire\n")
	ending := conn.(*net.TCPConn).CloseWrite()
	_, hearing := io.ReadAll(served)
	closing := served.Close()
	_, end := io.ReadAll(conn)
	return errors.Join(ctx.Err(), saying, ending, hearing, closing, end)
}

func openSniffer(link *lab.Link, filter sniffer.Filter) (s *sniffer.Sniffer, err error) {
	err = link.Server.Do(func() error { s, err = sniffer.Open("lo", filter); return err })
	return s, err
}

// untilEnd collects packets up to the one that acknowledges the FIN of that port.
func untilEnd(ctx context.Context, s *sniffer.Sniffer, port uint16) (packets []packet.Packet, err error) {
	var ack uint32
	for finished := false; ; {
		p, err := s.Next(ctx)
		if err != nil {
			return nil, err
		}
		packets = append(packets, p)
		if p.Source.Port() == port && p.Flags&packet.FIN != 0 {
			finished, ack = true, p.Seq+uint32(len(p.Payload))+1
		}
		if finished && p.Destination.Port() == port && p.Ack == ack {
			return packets, nil
		}
	}
}

func count(packets []packet.Packet, port uint16) (n int) {
	for _, p := range packets {
		if p.Source.Port() == port || p.Destination.Port() == port {
			n++
		}
	}
	return n
}

func payloads(packets []packet.Packet) (all []byte) {
	for _, p := range packets {
		all = append(all, p.Payload...)
	}
	return all
}

// save is the packets as a file.
func save(link packet.Link, packets []packet.Packet) []byte {
	file := append(pcapng.Section(), pcapng.Interface("lo", link)...)
	for _, p := range packets {
		file = append(file, pcapng.Packet(0, p, "")...)
	}
	return file
}
