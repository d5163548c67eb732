package handshakes

import (
	"sync"
	"time"
)

// trips counts round trips: the longest chain of packets in alternating directions of which
// each was sent after the one before it had arrived. Packets that cross each other on the
// way, as QUIC's acknowledgements do, add nothing.
type trips struct {
	oneWay time.Duration // of the link, which says when a packet arrived

	mu   sync.Mutex
	sent []crossing
}

// A crossing is a packet on its way.
type crossing struct {
	arrives  time.Time
	toServer bool
	length   int // of the chain that ends with it
}

func (t *trips) see(at time.Time, toServer bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	length := 1
	for _, before := range t.sent {
		if before.toServer != toServer && !before.arrives.After(at) {
			length = max(length, before.length+1)
		}
	}
	t.sent = append(t.sent, crossing{at.Add(t.oneWay), toServer, length})
}

// count tells how many round trips were complete by now.
func (t *trips) count() (most int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.sent {
		if !c.toServer && t.oneWay > 0 && !c.arrives.After(time.Now()) {
			most = max(most, c.length/2)
		}
	}
	return most
}
