//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

// Package load plays the clients of an echo server: as many as it likes from one
// goroutine. It looks at every byte that comes back, and at how long that took.
//
// It is an event loop itself, because a client that costs more than the server measures
// only itself. Read it in this order: load.go (what it does), clients.go (the loop),
// conn.go (one connection), dial.go (connecting), trial.go (a server of one's own, and
// what it used meanwhile).
package load

import (
	"fmt"
	"strings"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// A Plan says who the clients are and what they do.
type Plan struct {
	Addr     string // HOST:PORT of the server
	Conns    int    // connections
	Payload  int    // bytes a message
	Pipeline int    // messages under way on each connection
	Sources  int    // addresses 127.0.0.1, 127.0.0.2 … to connect from; 0: as many as needed
}

// A Result is what came of it. Every message that was sent is either answered, in full
// and unchanged, or unanswered.
type Result struct {
	Answered   int                     // messages
	Took       time.Duration           // from the first message to the last answer
	RoundTrips *hdrhistogram.Histogram // in nanoseconds, of the answered
	Faults     Faults
}

// Percentile is the round trip that so many percent of the messages did not exceed.
func (r Result) Percentile(percent float64) time.Duration {
	return time.Duration(r.RoundTrips.ValueAtPercentile(percent))
}

// PerSecond is how many messages were answered a second.
func (r Result) PerSecond() float64 {
	if r.Took <= 0 {
		return 0
	}
	return float64(r.Answered) / r.Took.Seconds()
}

// Faults are what an echo server should not do. All but the last count connections.
type Faults struct {
	Refused    int `json:"refused"`    // never opened
	Reset      int `json:"reset"`      // broken off by RST
	Closed     int `json:"closed"`     // closed by the server while messages could follow
	Wrong      int `json:"wrong"`      // a byte came back changed, or one that was never sent
	Unanswered int `json:"unanswered"` // messages: on connections that broke, or the server left them lying
}

// Any tells whether there were any.
func (f Faults) Any() bool { return f != Faults{} }

// String lists those that were seen.
func (f Faults) String() string {
	var seen []string
	for _, kind := range []struct {
		n    int
		what string
	}{
		{f.Refused, "refused"}, {f.Reset, "reset"}, {f.Closed, "closed early"},
		{f.Wrong, "with wrong bytes"}, {f.Unanswered, "unanswered"},
	} {
		if kind.n > 0 {
			seen = append(seen, fmt.Sprint(kind.n, " ", kind.what))
		}
	}
	if seen == nil {
		return "none"
	}
	return strings.Join(seen, ", ")
}
