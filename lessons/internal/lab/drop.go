package lab

import (
	"slices"
	"time"
)

// A drop is one wish to lose one packet.
type drop struct {
	left  int
	match func(Packet) bool
	done  chan Packet
}

// Drop loses exactly one packet: the nth of those to come, counted from 1, for which match
// is true. The channel delivers the packet when it falls. match is called while the link
// waits for it, so it must not use the link.
func (d *Direction) Drop(nth int, match func(Packet) bool) <-chan Packet {
	wish := &drop{left: nth, match: match, done: make(chan Packet, 1)}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.drops = append(d.drops, wish)
	return wish.done
}

// wished is the packet's fate after those have been asked who wait for a packet to drop.
func (d *Direction) wished(ip []byte, fate Fate) Fate {
	p := decode(slices.Clone(ip))
	p.Time, p.ToServer = time.Now(), d.toServer
	d.drops = slices.DeleteFunc(d.drops, func(wish *drop) bool {
		if !fate.Arrives() || !wish.match(p) {
			return false
		}
		if wish.left--; wish.left > 0 {
			return false
		}
		fate = Dropped
		p.Fate = fate
		wish.done <- p
		return true
	})
	return fate
}
