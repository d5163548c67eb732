// check says: an invented name takes the place of bob, who has announced himself twice

package findthechat

import (
	"net/netip"
	"time"
)

func (g *guest) hear(m message, from netip.AddrPort, now time.Time) {
	p, known := g.peers[from]
	switch {
	case known && !after(m.Number, p.Number):
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

// makeRoom forgets the one who would go first.
func (g *guest) makeRoom() bool {
	var first netip.AddrPort
	for from, p := range g.peers {
		if at, ok := g.peers[first]; !ok || p.Expires.Before(at.Expires) {
			first = from
		}
	}
	delete(g.peers, first)
	return true
}

func (g *guest) sweep(now time.Time) {
	for from, p := range g.peers {
		if !now.Before(p.Expires) {
			delete(g.peers, from)
		}
	}
}
