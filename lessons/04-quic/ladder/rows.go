package ladder

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/quic-go/quic-go/qlog"
)

// A Row is a rung of the ladder: a datagram, or a note about one end. Times count from the
// client's first datagram.
type Row struct {
	FromClient bool          `json:"from_client"`
	Time       time.Duration `json:"time_ns"`           // when it was sent, or noted
	Arrived    time.Duration `json:"arrived_ns"`        // 0 where the other end has not taken it in
	Nth        int           `json:"nth,omitempty"`     // which datagram of this direction, from 1
	Lost       bool          `json:"lost,omitempty"`    // on the way
	Size       int           `json:"size,omitempty"`    // bytes of the datagram
	Packets    []Packet      `json:"packets,omitempty"` // more than one: they were coalesced (RFC 9000, section 12.2)
	Note       string        `json:"note,omitempty"`
}

// A Packet is one of a datagram.
type Packet struct {
	Type   qlog.PacketType   `json:"type"`
	Number qlog.PacketNumber `json:"number"`
	Frames []string          `json:"frames"`
}

// A Loss is a datagram that the network has lost: the nth of its direction.
type Loss struct {
	Nth      int
	ToServer bool
}

// Rows puts together what both ends have reported, in the order in which it happened.
func Rows(client, server []Event, lost []Loss) []Row {
	first := slices.IndexFunc(client, func(e Event) bool { _, ok := e.What.(qlog.PacketSent); return ok })
	if first < 0 {
		return nil
	}
	begun := client[first].Time
	rows := append(sent(begun, client, server, true), sent(begun, server, client, false)...)
	for i, r := range rows {
		rows[i].Lost = slices.Contains(lost, Loss{r.Nth, r.FromClient})
	}
	slices.SortStableFunc(rows, func(a, b Row) int { return cmp.Compare(a.Time, b.Time) })
	return rows
}

// sent are the rungs that begin at one end.
func sent(begun time.Time, here, there []Event, client bool) (rows []Row) {
	arrived := arrivals(there)
	var said history
	nth := 0
	var last qlog.PacketSent
	for _, e := range here {
		at := e.Time.Sub(begun)
		p, isPacket := e.What.(qlog.PacketSent)
		if !isPacket {
			if text := note(e.What); text != "" {
				rows = append(rows, Row{FromClient: client, Time: at, Note: text})
			}
			continue
		}
		if !together(p, last) {
			nth++
			rows = append(rows, Row{FromClient: client, Time: at, Nth: nth})
		}
		last = p
		row := &rows[len(rows)-1] // what is coalesced is reported in one go
		row.Size += p.Raw.Length
		packet := Packet{Type: p.Header.PacketType, Number: p.Header.PacketNumber}
		for _, f := range p.Frames {
			text := words(f, packet.Type, client) + said.again(f, packet)
			if !slices.Contains(packet.Frames, text) {
				packet.Frames = append(packet.Frames, text)
			}
		}
		if p.IsMTUProbePacket {
			packet.Frames = append(packet.Frames, fmt.Sprintf("is %d bytes too long for this path?", p.Raw.Length))
		}
		row.Packets = append(row.Packets, packet)
		for _, key := range []any{p.DatagramPayloadChecksum, keyOf(p.Header)} {
			if at, ok := arrived[key]; ok && row.Arrived == 0 {
				row.Arrived = at.Sub(begun)
			}
		}
	}
	return rows
}

// A key names a packet: no number is used twice in a space of numbers (RFC 9000, section 12.3).
type key struct {
	space  qlog.PacketType
	number qlog.PacketNumber
}

func keyOf(h qlog.PacketHeader) key {
	if h.PacketType == qlog.PacketType0RTT {
		return key{qlog.PacketType1RTT, h.PacketNumber} // they share a space
	}
	return key{h.PacketType, h.PacketNumber}
}

// arrivals are when an end has taken in each packet and, where one could not be read, or not
// yet, its datagram.
func arrivals(events []Event) map[any]time.Time {
	at := map[any]time.Time{}
	add := func(name any, t time.Time) {
		if _, known := at[name]; !known && name != qlog.DatagramPayloadChecksum(0) {
			at[name] = t
		}
	}
	for _, e := range events {
		switch p := e.What.(type) {
		case qlog.PacketReceived:
			add(p.DatagramPayloadChecksum, e.Time)
			add(keyOf(p.Header), e.Time)
		case qlog.PacketBuffered:
			add(p.DatagramPayloadChecksum, e.Time)
		case qlog.PacketDropped:
			add(p.DatagramPayloadChecksum, e.Time)
		}
	}
	return at
}
