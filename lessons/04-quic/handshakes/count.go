package handshakes

import (
	"context"
	"time"

	"onthewire/lessons/04-quic/network"
)

// Count has one conversation each over TCP with TLS 1.2, TCP with TLS 1.3, QUIC, and QUIC with
// early data, and counts the round trips until the answer. It takes some 15 round trips of the
// link. Where the system has no lab, the results of QUIC are of a simulated link, and those of
// TCP say what is missing. Where a process is not root, lab.Enter comes first.
func Count(ctx context.Context, rtt time.Duration) ([]Result, error) {
	return Series{RTT: rtt, Rounds: 1, Open: network.Open}.Run(ctx, TLS12, TLS13, QUIC, ZeroRTT)
}
