package address

import (
	"context"
	"fmt"
	"time"

	"onthewire/lessons/04-quic/handshakes"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/experiment"
)

// Retry lets a server demand proof of the address before it does anything else.
var Retry = experiment.Experiment{
	Name:      "retry",
	Subjects:  []string{"Retry", "NEW_TOKEN", "VerifySourceAddress"},
	About:     "What Retry spares a server, and what it costs a client who is honest",
	Simulated: true,
	Do:        retry,
}

func retry(ctx context.Context, r *experiment.Report) error {
	trusting := &scenario{datagrams: 2, long: true}
	demanding := &scenario{datagrams: 2, long: true, retry: true}
	if err := playAll(ctx, trusting, demanding); err != nil {
		return err
	}
	honest := handshakes.Series{
		RTT: 20 * time.Millisecond, Rounds: 1,
		Open: func(oneWay time.Duration) (*network.Network, error) { return network.Simulate(oneWay), nil },
	}
	results, err := honest.Run(ctx, handshakes.QUIC, handshakes.Retry, handshakes.RetryToken)
	if err != nil {
		return err
	}
	without, with, token := results[0].RoundTrips, results[1].RoundTrips, results[2].RoundTrips
	r.Add("a silent client sent", trusting.fromClient)
	r.Add("  and gets, without Retry", trusting)
	r.Add("  and gets, with Retry", demanding)
	r.Add("TLS handshakes begun for it", fmt.Sprintf("%d, with Retry %d", trusting.handshakes, demanding.handshakes))
	r.Add("an honest client's round trips", without)
	r.Add("  with Retry", with)
	r.Add("  with Retry, and a token it has kept", token)
	r.Shown = demanding.fromServer < demanding.fromClient && trusting.handshakes == 1 && demanding.handshakes == 0 &&
		with == without+1 && token == without
	r.Says = "With Retry a server sends less than it got and begins nothing, until the client has shown that it hears. That costs a round trip, which a token from the last visit saves."
	return nil
}
