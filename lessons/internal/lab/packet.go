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
)

func (f Fate) String() string {
	return [...]string{"delivered", "overtaken", "lost", "dropped", "overflowed"}[f]
}

// Arrives tells whether such a packet reaches the other host.
func (f Fate) Arrives() bool { return f == Delivered || f == Overtaken }

// Protocol numbers of IP (RFC 9293, 768, 792).
const (
	ICMP = 1
	TCP  = 6
	UDP  = 17
)

// The flags of a TCP header (RFC 9293, section 3.1).
const (
	FIN = 1 << iota
	SYN
	RST
	PSH
	ACK
)

// A Packet is one IPv4 packet on the link, as it was when its host sent it. What a
// malformed packet does not have is zero.
type Packet struct {
	Sent     time.Time     // when it entered the link
	Way      time.Duration // how long it is under way, if it arrives
	ToServer bool
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

// decode reads the headers (RFC 791, section 3.1). A fragment behind the first has none.
func decode(ip []byte) Packet {
	p := Packet{IP: ip}
	if len(ip) < 20 || ip[0]>>4 != 4 {
		return p
	}
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
	case ICMP:
		return fmt.Sprintf("%s > %s: ICMP, %d bytes", p.Source.Addr(), p.Destination.Addr(), len(p.IP))
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
