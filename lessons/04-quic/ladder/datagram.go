package ladder

import "github.com/quic-go/quic-go/qlog"

// A datagram is the packets that an end has sent in one.
type datagram []qlog.PacketSent

// together tells whether a packet was coalesced with the one that was reported before it.
// quic-go reports a checksum of the datagram where there may be several packets in one.
func together(p, before qlog.PacketSent) bool {
	return p.DatagramPayloadChecksum != 0 && p.DatagramPayloadChecksum == before.DatagramPayloadChecksum
}

// datagrams are what an end has sent.
func datagrams(events []Event) (all []datagram) {
	for _, e := range events {
		p, ok := e.What.(qlog.PacketSent)
		switch last := len(all) - 1; {
		case !ok:
		case last >= 0 && together(p, all[last][0]):
			all[last] = append(all[last], p)
		default:
			all = append(all, datagram{p})
		}
	}
	return all
}

func (d datagram) size() (bytes int) {
	for _, p := range d {
		bytes += p.Raw.Length
	}
	return bytes
}

// brings tells whether bytes of a stream are in it.
func (d datagram) brings() bool {
	for _, p := range d {
		for _, f := range p.Frames {
			if s, ok := f.Frame.(*qlog.StreamFrame); ok && s.Length > 0 {
				return true
			}
		}
	}
	return false
}
