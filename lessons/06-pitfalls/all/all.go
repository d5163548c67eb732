// Package all lists the pitfalls, as the field guide has them.
package all

import (
	"cmp"
	"slices"

	"onthewire/lessons/06-pitfalls/http"
	"onthewire/lessons/06-pitfalls/pitfall"
	"onthewire/lessons/06-pitfalls/quic"
	"onthewire/lessons/06-pitfalls/tcp"
	"onthewire/lessons/06-pitfalls/udp"
)

// Pitfalls are those of this system, by their numbers.
func Pitfalls() []pitfall.Pitfall {
	all := append(onThisSystem(),
		tcp.Message, tcp.Close, tcp.Deadline, tcp.Midway, tcp.Relay, tcp.Handshake,
		udp.Truncation, udp.Buffer,
		quic.Verify, quic.Drain, quic.Last,
		http.Body, http.Timeout, http.Stale, http.Idle, http.Stream, http.Hops, http.Sigterm,
	)
	slices.SortFunc(all, func(a, b pitfall.Pitfall) int { return cmp.Compare(a.Number, b.Number) })
	return all
}
