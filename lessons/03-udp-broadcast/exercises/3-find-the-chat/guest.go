package findthechat

import (
	"context"
	"net/netip"
	"time"
)

// This file is for reading: a guest of a chat that has no server.

const (
	interval = 10 * time.Second // between two announcements
	lifetime = 3 * interval     // of one: two may be lost
	farewell = time.Second      // left to whoever has said goodbye
	maxPeers = 64
	answer   = 500 * time.Millisecond // until a stranger is answered, however many there are
)

// A message is one datagram, already parsed.
type message struct {
	Kind     kind
	Number   uint32        // one more with each message of a guest
	Lifetime time.Duration // of an announcement; nobody asks for more than two minutes
	Text     string        // of a line
}

type kind int

const (
	announce kind = iota + 1
	goodbye
	line
)

// after is true of the later of two numbers, also behind the point where they begin again.
func after(a, b uint32) bool { return int32(a-b) > 0 }

// A peer is somebody who has been heard, and counts as there.
type peer struct {
	Number  uint32 // of the last message that counted
	Expires time.Time
	Twice   bool // announced more than once: one who is invented seldom does
}

// A guest announces itself to everybody, and says its lines to those whom it has heard. The
// goroutine of run alone touches what is below the channels.
type guest struct {
	addr  netip.AddrPort
	send  func(to netip.AddrPort, m message) // to the zero AddrPort: to everybody, oneself too
	heard chan packet
	tasks chan func()

	peers     map[netip.AddrPort]*peer
	lines     []string // heard
	number    uint32
	due, last time.Time // the next announcement, and the one before
}

type packet struct {
	from netip.AddrPort
	message
}

// run takes part until ctx ends.
func (g *guest) run(ctx context.Context) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		if now := time.Now(); !now.Before(g.due) {
			g.due, g.last = now.Add(interval), now
			g.say(netip.AddrPort{}, message{Kind: announce, Lifetime: lifetime})
		}
		select {
		case <-ctx.Done():
			g.say(netip.AddrPort{}, message{Kind: goodbye})
			return
		case p := <-g.heard:
			g.take(p)
		case do := <-g.tasks:
			do()
		case now := <-tick.C:
			g.sweep(now)
		}
	}
}

// take sees to a message of anybody's.
func (g *guest) take(p packet) {
	_, known := g.peers[p.from]
	switch {
	case p.from == g.addr && after(p.Number, g.number):
		g.number = p.Number // somebody speaks in our name, so we have to say that we are here
		g.hasten()
	case p.from == g.addr:
	case p.Kind == line && known:
		g.lines = append(g.lines, p.Text)
	case p.Kind == announce || p.Kind == goodbye:
		if !known {
			g.hasten()
		}
		g.hear(p.message, p.from, time.Now())
	}
}

// hasten lets the next announcement come soon, for one who does not know us yet.
func (g *guest) hasten() {
	if soon := g.last.Add(answer); soon.Before(g.due) {
		g.due = soon
	}
}

// tell says a line to each who is there.
func (g *guest) tell(text string) {
	for to := range g.peers {
		g.say(to, message{Kind: line, Text: text})
	}
}

func (g *guest) say(to netip.AddrPort, m message) {
	g.number++
	m.Number = g.number
	g.send(to, m)
}
