package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
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
	s.Say("TCP keeps one row of bytes in order, so nine wait for what they do not need. QUIC keeps ten rows. Its handshake takes one round trip where TCP and TLS take two or three, and none on a second visit. The lesson shows how, and what that costs.")
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
	var missing *experiment.Unavailable
	var networks []*network.Network
	for range rivals {
		n, err := network.Open(blocking.OneWay)
		if err != nil {
			return err
		}
		defer n.Close()
		missing = n.Missing
		networks = append(networks, n)
	}
	err := experiment.Steadily(&experiment.Report{}, func() error {
		var errs [2]error
		var both sync.WaitGroup
		for i, rival := range rivals {
			if missing == nil || !rival.Kernel {
				both.Go(func() { losses[i], errs[i] = blocking.Lose(ctx, networks[i], rival, nth) })
			}
		}
		both.Wait()
		return errors.Join(errs[:]...)
	})
	if ctx.Err() != nil {
		return ctx.Err()
	} else if err != nil {
		return err
	}
	for i, rival := range rivals {
		if missing != nil && rival.Kernel {
			s.Measure("here", "%v; %s", missing, missing.Advice())
			continue
		}
		s.Line("     %-17s%s", rival.Name+", no loss", inMilliseconds(s, losses[i].Without))
		s.Line("     %-17s%s  %d late", rival.Name, inMilliseconds(s, losses[i].With), losses[i].Noticed())
	}
	if losses[1].Noticed() > 1 {
		s.Measure("here", "the machine is so busy that packets came late, which is no loss; run it again")
	}
	return nil
}

// inMilliseconds is how long each of ten took, or the quickest and the slowest where there is
// no room.
func inMilliseconds(s *stage.Stage, took []time.Duration) (text string) {
	if s.Narrow() {
		return fmt.Sprintf("%4d to %d ms", slices.Min(took).Milliseconds(), slices.Max(took).Milliseconds())
	}
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
