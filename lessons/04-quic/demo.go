package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"onthewire/lessons/04-quic/blocking"
	"onthewire/lessons/04-quic/handshakes"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/stage"
)

type demoCommand struct{}

const (
	nth     = 5 // which packet of the downloads is lost
	demoRTT = 20 * time.Millisecond
)

// Run plays on links of its own. Where the system has no lab, QUIC's half is played on one that
// is simulated.
func (demoCommand) Run(ctx context.Context) error {
	lab.Enter() // where that cannot be, network.Open says why
	s := stage.New(os.Stdout)
	s.Title("LESSON 4", "Ten downloads, one lost packet. How many notice?", "two ways to share a connection, four ways to begin one")
	if err := demoLoss(ctx, s); err != nil {
		return err
	}
	if err := demoTrips(ctx, s); err != nil {
		return err
	}
	s.Say("TCP keeps one row of bytes in order, so nine wait for what they do not need. QUIC keeps ten. It also says in one round trip what TCP and TLS say in two or three. The lesson shows how, and what it costs.")
	s.Next(
		[3]string{"read", "lessons/04-quic/README.md", "about an hour"},
		[3]string{"break", "make exercise 4.1", "your last byte has to arrive"},
		[3]string{"compare", "bin/lesson4 blocking", "another packet each time"},
	)
	return nil
}

// demoLoss has ten downloads by TCP and by QUIC at the same time, on two links.
func demoLoss(ctx context.Context, s *stage.Stage) error {
	s.Step("Ten downloads over one connection, %s to and fro. One packet is lost.", stage.Time(blocking.RTT))
	rivals := []blocking.Rival{blocking.TCP, blocking.QUIC}
	losses := make([]blocking.Loss, len(rivals))
	ended := make(chan error, len(rivals))
	var missing *experiment.Unavailable
	for i, rival := range rivals {
		n, err := network.Open(blocking.OneWay)
		if err != nil {
			return err
		}
		defer n.Close()
		if n.Missing != nil && rival.Kernel {
			missing = n.Missing
			ended <- nil
			continue
		}
		go func() {
			var err error
			losses[i], err = blocking.Lose(ctx, n, rival, nth)
			ended <- err
		}()
	}
	for range rivals {
		if err := <-ended; err != nil {
			return err
		}
	}
	for i, rival := range rivals {
		if missing != nil && rival.Kernel {
			s.Measure("here", "%v; %s", missing, missing.Advice())
			continue
		}
		s.Line("     %-17s%s", rival.Name+", no loss", inMilliseconds(losses[i].Without))
		s.Line("     %-17s%s  %d late", rival.Name, inMilliseconds(losses[i].With), losses[i].Noticed())
	}
	return nil
}

// inMilliseconds is how long each of ten took.
func inMilliseconds(took []time.Duration) (text string) {
	for _, t := range took {
		text += fmt.Sprintf("%4d", t.Milliseconds())
	}
	return text + " ms"
}

// demoTrips counts the round trips until an answer.
func demoTrips(ctx context.Context, s *stage.Stage) error {
	s.Step("A question and its answer, from nothing, %s to and fro.", stage.Time(demoRTT))
	results, err := handshakes.Count(ctx, demoRTT)
	if err != nil {
		return err
	}
	for _, r := range results {
		if r.Missing != nil {
			s.Row(r.Name, "not possible here")
			continue
		}
		trips := fmt.Sprintf("%d round trips", r.RoundTrips)
		if r.RoundTrips == 1 {
			trips = "1 round trip"
		}
		s.Row(r.Name, trips+", "+stage.Time(r.Answer))
	}
	return nil
}
