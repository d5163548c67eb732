// Package initial takes the first packets of a QUIC connection apart, down to the last byte.
//
// Read it in this order: keys.go (anybody can derive them), protect.go (what is done with
// them), header.go, frames.go, stream.go (the handshake put together), and this file. The
// messages of TLS are package hello, and how a field is read is package field.
package initial

import (
	"encoding/hex"
	"errors"
	"fmt"

	"onthewire/lessons/04-quic/initial/field"
)

// A Side sends datagrams.
type Side int

const (
	Client Side = iota
	Server
)

func (s Side) String() string               { return [...]string{"client", "server"}[s] }
func (s Side) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// A Datagram is one, and the packets that are in it.
type Datagram struct {
	From    Side     `json:"from"`
	Wire    Hex      `json:"wire"`
	Plain   Hex      `json:"plain"` // the same bytes, and in place of protected ones what they mean
	Packets []Packet `json:"packets"`
}

// Hex is bytes that JSON has as hex digits.
type Hex []byte

func (h Hex) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h), nil }

// A Packet is one of a datagram, and what its bytes mean.
type Packet struct {
	Type   Type   `json:"type"`
	Opened bool   `json:"opened"` // so that Number and the frames are known
	Number uint64 `json:"number"`
	field.Field
}

// ErrNoKeys is why a server's packets cannot be read alone.
var ErrNoKeys = errors.New("the keys come from the first Initial of the client, which was not seen")

// A Conversation is what two sides have sent each other so far.
type Conversation struct {
	Datagrams []Datagram
	Handshake [2]Stream // what CRYPTO frames of the Initials brought, by side

	keys     [2]keys
	known    bool      // from the first packet of a client on
	original []byte    // the connection ID that it made up
	ids      [2][]byte // what each side wants to be called
	next     [2]uint64 // one more than the largest packet number
}

// Read takes a datagram apart. With an error it keeps what it has understood.
func (c *Conversation) Read(data []byte, from Side) error {
	d := Datagram{From: from, Wire: data, Plain: append([]byte(nil), data...)}
	var err error
	if len(data) == 0 {
		err = errors.New("a datagram of no bytes")
	}
	for at := 0; at < len(data) && err == nil; {
		var p Packet
		switch {
		case data[at]&longHeader != 0:
			p, err = c.long(d, at)
		case data[at]&fixedBit != 0:
			p = c.short(d, at)
		case at == 0:
			err = &field.Error{At: 0, Field: "First Byte", Wrong: fmt.Errorf("%#02x begins no packet of QUIC", data[0])}
		default:
			p = Packet{Type: Garbage, Field: field.Field{Name: "Bytes behind the last packet", At: at, Size: len(data) - at}}
		}
		d.Packets = append(d.Packets, p)
		at = p.End()
	}
	c.Datagrams = append(c.Datagrams, d)
	return err
}

// long reads a packet with a long header.
func (c *Conversation) long(d Datagram, at int) (p Packet, err error) {
	r := field.NewReader(d.Plain, at, len(d.Plain))
	h := readHeader(r)
	p = Packet{Type: h.Type, Field: field.Field{Name: h.Type.String() + " Packet", At: at}}
	switch {
	case r.Err() != nil:
	case h.Type == Initial:
		c.initial(d, h, &p, r)
	case h.Type == VersionNegotiation:
		for r.More() {
			r.Say("%#08x", r.Uint("Supported Version", 4))
		}
	case h.Type == Retry:
		c.retry(d.Plain[at:], h, r)
	default:
		c.ids[d.From] = h.source
		r.Bytes("Protected Payload", uint64(h.end-r.At()))
	}
	p.Parts = r.Fields()
	p.Size = r.At() - at
	if len(p.Parts) > 0 {
		p.Parts[0].Value = bits(p.Type, d.Plain[at], p.Opened)
	}
	return p, r.Err()
}

// initial opens the packet, and reads its frames.
func (c *Conversation) initial(d Datagram, h header, p *Packet, r *field.Reader) {
	if err := c.deriveKeys(h.destination, d.From); err != nil {
		r.FailAt("packet protection", err)
		return
	}
	packet := d.Plain[p.At:h.end] // an alias: what is opened stands in Plain
	size, err := c.keys[d.From].unmask(packet, h.number-p.At)
	if err != nil {
		r.FailAt("Packet Number", err)
		return
	}
	truncated := r.Uint("Packet Number", uint64(size))
	p.Number = decodeNumber(truncated, size, c.next[d.From])
	r.Say("%d", p.Number)
	if err := c.keys[d.From].open(packet, r.At()-p.At, p.Number); err != nil {
		copy(packet, d.Wire[p.At:h.end])
		r.FailAt("Packet Payload", err)
		return
	}
	p.Opened = true
	c.ids[d.From] = h.source
	c.next[d.From] = max(c.next[d.From], p.Number+1)
	if packet[0]&0x0c != 0 {
		r.Fail("the reserved bits of the first byte are not 0")
	}
	r.Within("Packet Payload", uint64(h.end-r.At()-tagSize), func() {
		frames(r, func(at int, offset uint64, data []byte) error {
			return c.Handshake[d.From].add(len(c.Datagrams), at, offset, data)
		})
	})
	r.Bytes("Authentication Tag", tagSize)
}

// deriveKeys does so from the first packet of a client. They stay the same for all Initials
// of both sides, although these soon go to other connection IDs.
func (c *Conversation) deriveKeys(destination []byte, from Side) (err error) {
	if c.known {
		return nil
	}
	if from == Server {
		return ErrNoKeys
	}
	for _, side := range []Side{Client, Server} {
		if c.keys[side], err = initialKeys(destination, side); err != nil {
			return err
		}
	}
	c.original, c.known = destination, true
	return nil
}

// short names what is visible of a packet with a short header, which ends with the datagram.
func (c *Conversation) short(d Datagram, at int) Packet {
	r := field.NewReader(d.Plain, at, len(d.Plain))
	r.Bytes("First Byte", 1)
	r.Say("%s", bits(OneRTT, d.Plain[at], false))
	// Nothing in there tells how long the ID is. Who gave it knows.
	if id := c.ids[1-d.From]; len(id) <= r.Left() {
		r.Say("%x", r.Bytes("Destination Connection ID", uint64(len(id))))
	}
	r.Bytes("Protected Payload", uint64(r.Left()))
	return Packet{Type: OneRTT, Field: field.Field{Name: "1-RTT Packet", At: at, Size: len(d.Plain) - at, Parts: r.Fields()}}
}
