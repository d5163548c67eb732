package mdns

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// A Link is a way to the neighbours: a socket with a port of its own on one interface.
type Link struct {
	Conn  net.PacketConn
	Group net.Addr       // 224.0.0.251:5353, or [ff02::fb%eth0]:5353
	Local []netip.Prefix // the networks of the interface
}

const port = 5353

// Lookup asks for a host or a service, and returns what it has learnt when ctx ends: how many
// have a service nobody knows. With a host it ends soon after its first address. dropped hears
// what was not believed. It closes the link.
func (l *Link) Lookup(ctx context.Context, name string, dropped func(from net.Addr, why error)) ([]Service, error) {
	heard, failed := make(chan datagram), error(nil)
	go func() { failed = l.read(heard); close(heard) }()
	defer func() {
		l.Conn.Close()
		for range heard {
		}
	}()
	k, id := newKnown(), uint16(rand.Uint32())
	var first []query // of a host missing asks for the addresses
	if isService(name) {
		first = append(first, query{name, dnsmessage.TypePTR})
	}
	wait, again := time.Second, time.NewTimer(0)
	defer again.Stop()
	var enough <-chan time.Time
	for {
		var queries []query
		select {
		case <-ctx.Done():
			return k.services(name), nil
		case <-enough:
			return k.services(name), nil
		case <-again.C:
			queries = slices.Concat(first, k.missing(name))
			again.Reset(wait)
			wait *= 2 // RFC 6762 §5.2
		case d, open := <-heard:
			if !open {
				return k.services(name), failed
			}
			records, err := l.believe(d, id)
			if err != nil {
				dropped(d.from, err)
			}
			if k.add(records) && isService(name) {
				queries = k.missing(name)
			}
			if !isService(name) && enough == nil && len(k.addrs(name)) > 0 {
				enough = time.After(100 * time.Millisecond) // there may be more, in a message of their own
			}
		}
		if len(queries) == 0 {
			continue
		}
		b, err := pack(id, queries)
		if err != nil {
			return nil, err
		}
		if _, err := l.Conn.WriteTo(b, l.Group); err != nil {
			return nil, err
		}
	}
}

// believe reads an answer if it comes from port 5353 (RFC 6762 §6) of a neighbour (§11): else
// whoever is elsewhere, and guesses our port and 16 bits, could answer for the printer.
func (l *Link) believe(d datagram, id uint16) ([]dnsmessage.Resource, error) {
	udp, ok := d.from.(*net.UDPAddr)
	if !ok {
		return nil, errors.New("no address of UDP")
	}
	from := udp.AddrPort()
	neighbour := func(p netip.Prefix) bool { return p.Contains(from.Addr().Unmap().WithZone("")) }
	switch {
	case from.Port() != port:
		return nil, fmt.Errorf("from port %d: want %d", from.Port(), port)
	case !slices.ContainsFunc(l.Local, neighbour):
		return nil, errors.New("from no network of this interface")
	}
	return parse(d.data, id)
}

type datagram struct {
	data []byte
	from net.Addr
}

// read hands on what arrives, until the socket fails or is closed.
func (l *Link) read(heard chan<- datagram) error {
	b := make([]byte, 1<<16) // RFC 6762 §17 has up to 9,000; on Windows too large a datagram is an error
	for {
		n, from, err := l.Conn.ReadFrom(b)
		if err != nil {
			return err
		}
		heard <- datagram{slices.Clone(b[:n]), from}
	}
}
