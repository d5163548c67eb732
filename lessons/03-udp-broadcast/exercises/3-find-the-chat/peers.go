// Package findthechat is exercise 3.3: a chat without a server, whose guests find each other.
package findthechat

import (
	"net/netip"
	"time"

	"onthewire/lessons/internal/exercise"
)

// hear takes in an announcement or a goodbye. Whoever is in g.peers hears what this guest says.
//
//   - An announcement keeps its sender in g.peers until m.Lifetime from now.
//   - A goodbye ends nothing, since anybody can forge one. It leaves its sender farewell from
//     now, or what the sender had, if that is less.
//   - Whatever is not after the last number of a sender in g.peers counts for nothing: it is
//     replayed. after compares two numbers.
//   - Senders can be invented. So there are never more than maxPeers, and where all the room
//     is taken, a newcomer takes that of somebody who was heard once. Whoever announced twice
//     keeps theirs.
func (g *guest) hear(m message, from netip.AddrPort, now time.Time) {
	exercise.TODO("keep a list of who is there, here and in sweep")
}

// sweep is called ten times a second, and removes those from g.peers whose time is over.
func (g *guest) sweep(now time.Time) {
}
