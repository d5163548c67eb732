package network

import (
	"sync"
	"time"
)

// Trips counts round trips: the longest chain of packets in alternating directions of which
// each was sent after the one before it had arrived. Packets that cross each other on the
// way add nothing. So a busy machine, which is late with everything, changes little.
type Trips struct {
	oneWay time.Duration

	mu   sync.Mutex
	sent []crossing
}

// A crossing is a packet on its way.
type crossing struct {
	arrives  time.Time
	toServer bool
	length   int // of the chain that ends with it
}

// Count begins to count.
func (n *Network) Count() *Trips {
	t := &Trips{oneWay: n.OneWay}
	n.Tap(t.see)
	return t
}

func (t *Trips) see(p Packet) {
	t.mu.Lock()
	defer t.mu.Unlock()
	length := 1
	for _, before := range t.sent {
		if before.toServer != p.ToServer && !before.arrives.After(p.Time) {
			length = max(length, before.length+1)
		}
	}
	t.sent = append(t.sent, crossing{p.Time.Add(t.oneWay), p.ToServer, length})
}

// Now is how many round trips are complete by now.
func (t *Trips) Now() (most int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.sent {
		if !c.toServer && t.oneWay > 0 && !c.arrives.After(time.Now()) {
			most = max(most, c.length/2)
		}
	}
	return most
}
