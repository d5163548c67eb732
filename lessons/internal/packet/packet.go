// Package packet reads the headers of a packet, from the outside in: Ethernet, IP, then TCP
// or UDP.
package packet

import (
	"encoding/binary"
	"net/netip"
	"time"
)

// A Link says what a packet begins with, in the numbers of capture files
// (tcpdump.org/linktypes.html).
type Link uint16

const (
	Ethernet Link = 1
	RawIP    Link = 101 // there is no link header
)

// Protocol numbers (RFC 792, 9293, 768, 4443), and the types of Ethernet's payload.
const (
	ICMP   = 1
	TCP    = 6
	UDP    = 17
	ICMPv6 = 58

	IPv4 = 0x0800
	IPv6 = 0x86dd
)

// The flags of a TCP header (RFC 9293, section 3.1).
const (
	FIN = 1 << iota
	SYN
	RST
	PSH
	ACK
)

// A Packet is what was seen of one, and what its headers say. What a malformed one does not
// have is zero.
type Packet struct {
	Time   time.Time // when the kernel saw it
	Link   Link
	Bytes  []byte // from the link header on
	Length int    // what it had on the wire, where Bytes is only its beginning

	EtherType   uint16
	TOS, TTL    uint8
	Protocol    int
	Source      netip.AddrPort // the port is 0 where the protocol has none
	Destination netip.AddrPort
	Payload     []byte // behind the innermost header that we know

	Seq, Ack uint32 // TCP only
	Flags    uint8
	Window   uint16 // as in the header, not scaled
}

// Decode reads the headers. Every length in a packet was written by somebody else, so none
// is believed before the packet is seen to be that long.
func Decode(link Link, bytes []byte) Packet {
	p := Packet{Link: link, Bytes: bytes, Length: len(bytes)}
	ip := bytes
	if link == Ethernet { // destination, source, type
		if len(bytes) < 14 {
			return p
		}
		p.EtherType, ip = binary.BigEndian.Uint16(bytes[12:]), bytes[14:]
	} else if len(ip) > 0 {
		p.EtherType = map[byte]uint16{4: IPv4, 6: IPv6}[ip[0]>>4]
	}
	switch p.EtherType {
	case IPv4:
		p.ipv4(ip)
	case IPv6:
		p.ipv6(ip)
	}
	return p
}

// ipv4 reads RFC 791, section 3.1. Behind the total length there may be padding: Ethernet
// has no frames below 60 bytes.
func (p *Packet) ipv4(b []byte) {
	if len(b) < 20 || b[0]>>4 != 4 {
		return
	}
	header, total := int(b[0]&0x0f)*4, int(binary.BigEndian.Uint16(b[2:]))
	if header < 20 || total < header || header > len(b) {
		return
	}
	p.TOS, p.TTL, p.Protocol = b[1], b[8], int(b[9])
	p.between(netip.AddrFrom4([4]byte(b[12:])), netip.AddrFrom4([4]byte(b[16:])))
	p.Payload = b[header:min(total, len(b))]
	if binary.BigEndian.Uint16(b[6:])&0x1fff == 0 { // a later fragment has no other header
		p.transport()
	}
}

// ipv6 reads RFC 8200, section 3.
func (p *Packet) ipv6(b []byte) {
	if len(b) < 40 || b[0]>>4 != 6 {
		return
	}
	p.TOS, p.TTL, p.Protocol = b[0]<<4|b[1]>>4, b[7], int(b[6])
	p.between(netip.AddrFrom16([16]byte(b[8:])), netip.AddrFrom16([16]byte(b[24:])))
	p.Payload = b[40:min(40+int(binary.BigEndian.Uint16(b[4:])), len(b))]
	p.extensions()
}

// Extension headers of IPv6 that may stand in front of the protocol's (RFC 8200, section 4).
const hopByHop, routing, fragment, destinationOptions = 0, 43, 44, 60

func (p *Packet) extensions() {
	for {
		b, size, later := p.Payload, 8, false
		switch p.Protocol {
		case hopByHop, routing, destinationOptions:
			if len(b) > 1 {
				size += 8 * int(b[1])
			}
		case fragment:
			later = len(b) >= size && binary.BigEndian.Uint16(b[2:])>>3 != 0
		default:
			p.transport()
			return
		}
		if len(b) < size {
			return
		}
		p.Protocol, p.Payload = int(b[0]), b[size:]
		if later { // it has no other header
			return
		}
	}
}

// transport reads TCP (RFC 9293, section 3.1) or UDP (RFC 768).
func (p *Packet) transport() {
	b, header := p.Payload, 8
	switch {
	case p.Protocol == UDP && len(b) >= header:
	case p.Protocol == TCP && len(b) >= 20:
		header = int(b[12]>>4) * 4
		if header < 20 || header > len(b) {
			return
		}
		p.Seq, p.Ack = binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
		p.Flags, p.Window = b[13], binary.BigEndian.Uint16(b[14:])
	default:
		return
	}
	p.Source = netip.AddrPortFrom(p.Source.Addr(), binary.BigEndian.Uint16(b))
	p.Destination = netip.AddrPortFrom(p.Destination.Addr(), binary.BigEndian.Uint16(b[2:]))
	p.Payload = b[header:]
}

func (p *Packet) between(source, destination netip.Addr) {
	p.Source, p.Destination = netip.AddrPortFrom(source, 0), netip.AddrPortFrom(destination, 0)
}
