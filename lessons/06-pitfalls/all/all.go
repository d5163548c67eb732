// Package all lists the pitfalls, as the field guide has them.
package all

import (
	"onthewire/lessons/06-pitfalls/http"
	"onthewire/lessons/06-pitfalls/pitfall"
	"onthewire/lessons/06-pitfalls/tcp"
)

// Pitfalls are those of this system, by their numbers.
func Pitfalls() []pitfall.Pitfall {
	return append(loops(), tcp.Message, tcp.Close, tcp.Deadline, tcp.Midway, tcp.Relay, tcp.Handshake,
		http.Body, http.Timeout, http.Stale, http.Idle, http.Stream, http.Hops, http.Sigterm)
}
