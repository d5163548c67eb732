package initial

import (
	"bytes"
	"fmt"

	"onthewire/lessons/04-quic/initial/field"
)

// The bits of a first byte that are not protected (RFC 9000, section 17).
const (
	longHeader = 0x80
	fixedBit   = 0x40
	spinBit    = 0x20
)

// version is the only one whose salt and packet types we know.
const version = 1

// A Type of packet (RFC 9000, section 17). The first four are what two bits of a long
// header can say.
type Type int

const (
	Initial Type = iota
	ZeroRTT
	Handshake
	Retry
	VersionNegotiation
	OneRTT
	Garbage // bytes behind a packet that are none
)

var typeNames = [...]string{"Initial", "0-RTT", "Handshake", "Retry", "Version Negotiation", "1-RTT", "no packet"}

func (t Type) String() string               { return typeNames[t] }
func (t Type) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// A header is what a long one begins with.
type header struct {
	Type                Type
	destination, source []byte
	number              int // where the packet number stands
	end                 int // of the packet; what follows in the datagram is another
}

// readHeader reads a long header up to the packet number, if there is one. That and the low
// bits of the first byte are protected and mean nothing yet.
func readHeader(r *field.Reader) (h header) {
	first := byte(r.Uint("First Byte", 1))
	if first&fixedBit == 0 && !bytes.HasPrefix(r.Rest(), make([]byte, 4)) { // version 0 may have any bits
		r.Fail("its fixed bit is 0")
	}
	v := r.Uint("Version", 4)
	h.Type = Type(first >> 4 & 0x03)
	switch {
	case v == 0:
		h.Type = VersionNegotiation
		r.Say("0: no version, but a list of them")
	case v != version:
		r.Fail("%#08x is not version 1 of QUIC, and only that is known here", v)
	}
	h.destination = connectionID(r, "Destination Connection ID", v)
	h.source = connectionID(r, "Source Connection ID", v)
	h.end = r.At() + r.Left()
	if h.Type == VersionNegotiation || h.Type == Retry {
		return h // there is neither a number nor a length
	}
	if h.Type == Initial {
		r.Bytes("Token", r.Varint("Token Length"))
	}
	length := r.Varint("Length")
	if length > uint64(r.Left()) {
		r.Fail("the packet has %d more bytes, and the datagram %d", length, r.Left())
	}
	h.number = r.At()
	h.end = r.At() + int(length)
	return h
}

func connectionID(r *field.Reader, name string, v uint64) []byte {
	size := r.Uint(name+" Length", 1)
	if v == version && size > 20 {
		r.Fail("%d bytes, and 20 are the most", size)
	}
	id := r.Bytes(name, size)
	r.Say("%x", id)
	return id
}

// bits is what a first byte says. Where the packet was not opened, its low bits are
// protected and say nothing.
func bits(t Type, first byte, opened bool) string {
	switch {
	case opened && first&3 == 0:
		return fmt.Sprintf("long header, %v, number of 1 byte", t)
	case opened:
		return fmt.Sprintf("long header, %v, number of %d bytes", t, first&3+1)
	case t == OneRTT:
		return fmt.Sprintf("short header, spin bit %d, 5 bits protected", first&spinBit/spinBit)
	case t == VersionNegotiation || t == Retry:
		return fmt.Sprintf("long header, %v", t)
	}
	return fmt.Sprintf("long header, %v, 4 bits protected", t)
}
