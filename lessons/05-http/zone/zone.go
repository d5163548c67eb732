// Package zone is a DNS server in memory, for programs that want a name to change.
package zone

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"

	"golang.org/x/net/dns/dnsmessage"
)

// A Zone answers every question as if it knew one name only.
type Zone struct {
	mu      sync.Mutex
	addrs   []netip.Addr
	turns   []netip.Addr
	lookups int // questions for an IPv4 address
}

// Set changes what the name stands for.
func (z *Zone) Set(addrs ...netip.Addr) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.addrs, z.turns = addrs, nil
}

// Turn gives each question for an IPv4 address another answer, in this order, and the last one to
// all that follow.
func (z *Zone) Turn(addrs ...netip.Addr) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.addrs, z.turns = nil, addrs
}

// Asked counts the questions for an IPv4 address.
func (z *Zone) Asked() int {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.lookups
}

// Resolver is Go's own resolver, with the zone in place of the servers in resolv.conf.
func (z *Zone) Resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go func() {
			defer server.Close()
			for z.answer(server) == nil {
			}
		}()
		return client, nil
	}}
}

// answer answers one question in DNS's form for streams: two bytes of length in front.
func (z *Zone) answer(conn net.Conn) error {
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return err
	}
	question := make([]byte, binary.BigEndian.Uint16(length[:]))
	if _, err := io.ReadFull(conn, question); err != nil {
		return err
	}
	var m dnsmessage.Message
	if err := m.Unpack(question); err != nil || len(m.Questions) != 1 {
		return fmt.Errorf("a question: %w", err)
	}
	m.Response, m.Authoritative, m.Additionals = true, true, nil
	z.mu.Lock()
	asked := m.Questions[0]
	if asked.Type == dnsmessage.TypeA {
		z.lookups++
	}
	addrs := z.addrs
	if asked.Type == dnsmessage.TypeA && len(z.turns) > 0 {
		addrs = z.turns[:1]
		z.turns = z.turns[min(1, len(z.turns)-1):]
	}
	for _, addr := range addrs {
		h := dnsmessage.ResourceHeader{Name: asked.Name, Class: dnsmessage.ClassINET, TTL: 1}
		switch {
		case asked.Type == dnsmessage.TypeA && addr.Is4():
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: h, Body: &dnsmessage.AResource{A: addr.As4()}})
		case asked.Type == dnsmessage.TypeAAAA && addr.Is6():
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: h, Body: &dnsmessage.AAAAResource{AAAA: addr.As16()}})
		}
	}
	z.mu.Unlock()
	packed, err := m.AppendPack(length[:])
	if err != nil {
		return err
	}
	binary.BigEndian.PutUint16(packed, uint16(len(packed)-2))
	_, err = conn.Write(packed)
	return err
}
