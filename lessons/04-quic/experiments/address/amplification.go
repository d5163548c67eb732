package address

import (
	"context"
	"errors"
	"time"

	"onthewire/lessons/internal/experiment"
)

// Amplification watches what a server sends to somebody who has not proven their address.
var Amplification = experiment.Experiment{
	Name:      "amplification",
	Subjects:  []string{"address validation", "RFC 9000, section 8.1"},
	About:     "A client sends its first flight and falls silent: what does it get?",
	Simulated: true,
	Do:        amplification,
}

// watch is longer than a server waits before it repeats itself, which is 200 ms here.
const watch = time.Second

func amplification(ctx context.Context, r *experiment.Report) error {
	small := &scenario{datagrams: 1}
	long := &scenario{datagrams: 1, long: true}
	two := &scenario{datagrams: 2, long: true}
	if err := playAll(ctx, small, long, two); err != nil {
		return err
	}
	r.Add("the client sent, in one datagram", small.fromClient)
	r.Add("  a server with a small certificate", small)
	r.Add("  a server with one of 5 KB", long)
	r.Add("the client sent, in two datagrams", two.fromClient)
	r.Add("  a server with a certificate of 5 KB", two)
	r.Shown = true
	for _, s := range []*scenario{small, long, two} {
		r.Shown = r.Shown && s.fromServer > 2*s.fromClient && s.limited()
	}
	r.Says = "A server says, and repeats, three times what it got. quic-go looks before each datagram and sends a whole one, so its last may pass that line. Then it waits, whatever it has left to say."
	return nil
}

// playAll plays the scenarios at the same time, each on a network of its own.
func playAll(ctx context.Context, all ...*scenario) error {
	played := make(chan error, len(all))
	for _, s := range all {
		go func() { played <- s.play(ctx, watch) }()
	}
	var err error
	for range all {
		err = errors.Join(err, <-played)
	}
	return err
}
