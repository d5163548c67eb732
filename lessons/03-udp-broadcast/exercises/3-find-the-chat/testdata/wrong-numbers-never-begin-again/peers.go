// check says: behind number 4294967295 comes 0, which anna takes for a replay of an old one

package findthechat

import (
	"net/netip"
	"time"
)

func (g *guest) hear(m message, from netip.AddrPort, now time.Time) {
	p, known := g.peers[from]
	switch {
	case known && m.Number <= p.Number:
		return
	case !known && m.Kind == goodbye:
		return
	case !known:
		if len(g.peers) >= maxPeers && !g.makeRoom() {
			return
		}
		p = &peer{}
		g.peers[from] = p
	case m.Kind == goodbye:
		p.Number = m.Number
		if soon := now.Add(farewell); soon.Before(p.Expires) {
			p.Expires = soon
		}
		return
	default:
		p.Twice = true
	}
	p.Number, p.Expires = m.Number, now.Add(m.Lifetime)
}

// makeRoom forgets one who was heard once, if there is any.
func (g *guest) makeRoom() bool {
	for from, p := range g.peers {
		if !p.Twice {
			delete(g.peers, from)
			return true
		}
	}
	return false
}

func (g *guest) sweep(now time.Time) {
	for from, p := range g.peers {
		if !now.Before(p.Expires) {
			delete(g.peers, from)
		}
	}
}
