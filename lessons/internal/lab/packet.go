package lab

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"
)

// A Fate is what the link did with a packet.
type Fate int

const (
	Delivered  Fate = iota
	Overtaken       // delivered, behind others that were sent later
	Lost            // by chance
	Dropped         // because somebody asked for it, see Direction.Drop
	Overflowed      // the queue was full
	Oversized       // longer than the link's MTU
)

func (f Fate) String() string {
	return [...]string{"delivered", "overtaken", "lost", "dropped", "overflowed", "oversized"}[f]
}

// Arrives tells whether such a packet reaches the other host.
func (f Fate) Arrives() bool { return f == Delivered || f == Overtaken }

// Protocol numbers of IP (RFC 792, 9293, 768, 4443).
const (
	ICMP = 1
	TCP  = 6
	UDP  = 17

	ICMPv6 = 58
)

// The flags of a TCP header (RFC 9293, section 3.1).
const (
	FIN = 1 << iota
	SYN
	RST
	PSH
	ACK
)

// A Packet is one IP packet on the link, as it was when its host sent it. What a
// malformed packet does not have is zero.
type Packet struct {
	Sent     time.Time     // when it entered the link
	Way      time.Duration // how long it is under way, if it arrives
	ToServer bool          // on a link
	From     string        // on a segment: the name of the host
	Fate     Fate

	IP          []byte // all of it, from the IP header on
	Protocol    int
	Source      netip.AddrPort // the port is 0 where the protocol has none
	Destination netip.AddrPort
	Payload     []byte // behind the TCP or UDP header

	Seq, Ack uint32 // TCP only
	Flags    uint8
	Window   uint16 // as in the header, not scaled
}

// decode reads the headers (RFC 791, section 3.1, and RFC 8200, section 3). A fragment
// behind the first has none of TCP or UDP.
func decode(ip []byte) Packet {
	switch {
	case len(ip) >= 20 && ip[0]>>4 == 4:
		return decode4(ip)
	case len(ip) >= 40 && ip[0]>>4 == 6:
		return decode6(ip)
	}
	return Packet{IP: ip}
}

func decode4(ip []byte) Packet {
	p := Packet{IP: ip}
	header := int(ip[0]&0x0f) * 4
	total := int(binary.BigEndian.Uint16(ip[2:]))
	fragment := binary.BigEndian.Uint16(ip[6:]) & 0x1fff
	if header < 20 || header > total || total > len(ip) {
		return p
	}
	p.Protocol = int(ip[9])
	source, destination := netip.AddrFrom4([4]byte(ip[12:])), netip.AddrFrom4([4]byte(ip[16:]))
	p.Source, p.Destination = netip.AddrPortFrom(source, 0), netip.AddrPortFrom(destination, 0)
	if body := ip[header:total]; fragment == 0 {
		p.decodeBody(body)
	}
	return p
}

func decode6(ip []byte) Packet {
	p := Packet{IP: ip, Protocol: int(ip[6])}
	source, destination := netip.AddrFrom16([16]byte(ip[8:])), netip.AddrFrom16([16]byte(ip[24:]))
	p.Source, p.Destination = netip.AddrPortFrom(source, 0), netip.AddrPortFrom(destination, 0)
	if total := 40 + int(binary.BigEndian.Uint16(ip[4:])); total <= len(ip) {
		p.decodeExtensions(ip[40:total])
	}
	return p
}

// Extension headers of IPv6 that may stand in front of the protocol's (RFC 8200, section 4).
const hopByHop, routing, fragmentHeader, destinationOptions = 0, 43, 44, 60

func (p *Packet) decodeExtensions(body []byte) {
	for {
		size := 8
		switch p.Protocol {
		case hopByHop, routing, destinationOptions:
			if len(body) >= size {
				size += 8 * int(body[1])
			}
		case fragmentHeader:
		default:
			p.decodeBody(body)
			return
		}
		if len(body) < size {
			return
		}
		later := p.Protocol == fragmentHeader && binary.BigEndian.Uint16(body[2:])>>3 != 0
		p.Protocol, body = int(body[0]), body[size:]
		if later {
			return
		}
	}
}

func (p *Packet) decodeBody(body []byte) {
	header := 8
	switch {
	case p.Protocol == UDP && len(body) >= header:
	case p.Protocol == TCP && len(body) >= 20:
		header = int(body[12]>>4) * 4
		if header < 20 || header > len(body) {
			return
		}
		p.Seq, p.Ack = binary.BigEndian.Uint32(body[4:]), binary.BigEndian.Uint32(body[8:])
		p.Flags, p.Window = body[13], binary.BigEndian.Uint16(body[14:])
	default:
		return
	}
	p.Source = netip.AddrPortFrom(p.Source.Addr(), binary.BigEndian.Uint16(body))
	p.Destination = netip.AddrPortFrom(p.Destination.Addr(), binary.BigEndian.Uint16(body[2:]))
	p.Payload = body[header:]
}

// String is the packet in the manner of tcpdump.
func (p Packet) String() string {
	text := fmt.Sprintf("%s > %s: ", p.Source, p.Destination)
	switch p.Protocol {
	case TCP:
		return text + fmt.Sprintf("TCP %s seq %d ack %d, %d bytes", flagNames(p.Flags), p.Seq, p.Ack, len(p.Payload))
	case UDP:
		return text + fmt.Sprintf("UDP, %d bytes", len(p.Payload))
	case ICMP, ICMPv6:
		name := map[int]string{ICMP: "ICMP", ICMPv6: "ICMPv6"}[p.Protocol]
		return fmt.Sprintf("%s > %s: %s, %d bytes", p.Source.Addr(), p.Destination.Addr(), name, len(p.IP))
	}
	return fmt.Sprintf("IP protocol %d, %d bytes", p.Protocol, len(p.IP))
}

func flagNames(flags uint8) string {
	text := ""
	for i, name := range []string{"FIN", "SYN", "RST", "PSH", "ACK"} {
		if flags&(1<<i) != 0 {
			text += "," + name
		}
	}
	if text == "" {
		return "[]"
	}
	return "[" + text[1:] + "]"
}
