package lab

import (
	"time"

	"onthewire/lessons/internal/packet"
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

// A Packet is one IP packet on the link, as it was when its host sent it. Its Time is when
// it entered the link.
type Packet struct {
	packet.Packet

	Way      time.Duration // how long it is under way, if it arrives
	ToServer bool          // on a link
	From     string        // on a segment: the name of the host
	Fate     Fate
}

// decode reads the headers.
func decode(ip []byte) Packet { return Packet{Packet: packet.Decode(packet.RawIP, ip)} }

// String is the packet in the manner of tcpdump.
func (p Packet) String() string {
	p.Time = time.Time{} // whoever reads along sees when
	return packet.Line(p.Packet)
}
