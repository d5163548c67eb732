package packet

import "fmt"

// shown is how many bytes of a payload a line shows.
const shown = 24

// Line is the packet in a line, in the manner of tcpdump.
func Line(p Packet) string {
	text := ""
	if !p.Time.IsZero() {
		text = p.Time.Format("15:04:05.000000 ")
	}
	switch {
	case !p.Source.IsValid():
		return text + fmt.Sprintf("EtherType 0x%04x, %d bytes", p.EtherType, p.Length)
	case p.Protocol == TCP && p.Source.Port() != 0:
		text += fmt.Sprintf("%v > %v: TCP [%s] seq %d ack %d win %d", p.Source, p.Destination, flags(p.Flags), p.Seq, p.Ack, p.Window)
	case p.Protocol == UDP && p.Destination.Port() != 0:
		text += fmt.Sprintf("%v > %v: UDP", p.Source, p.Destination)
	case (p.Protocol == ICMP || p.Protocol == ICMPv6) && len(p.Payload) > 1:
		name := map[int]string{ICMP: "ICMP", ICMPv6: "ICMPv6"}[p.Protocol]
		text += fmt.Sprintf("%v > %v: %s type %d code %d", p.Source.Addr(), p.Destination.Addr(), name, p.Payload[0], p.Payload[1])
		return text + fmt.Sprintf(", %d bytes", len(p.Payload))
	default:
		text += fmt.Sprintf("%v > %v: protocol %d", p.Source.Addr(), p.Destination.Addr(), p.Protocol)
	}
	text += fmt.Sprintf(", %d bytes", len(p.Payload))
	if n := len(p.Payload); n > shown {
		return text + fmt.Sprintf(" %+q…", p.Payload[:shown])
	} else if n > 0 {
		return text + fmt.Sprintf(" %+q", p.Payload)
	}
	return text
}

// flags are a letter each, and a dot for ACK.
func flags(set uint8) (text string) {
	for i, letter := range "FSRP." {
		if set&(1<<i) != 0 {
			text += string(letter)
		}
	}
	return text
}
