package handshakes

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/labtest"
	"onthewire/lessons/internal/leak"
)

func TestMain(m *testing.M) { labtest.Main(m) }

func simulate(oneWay time.Duration) (*network.Network, error) { return network.Simulate(oneWay), nil }

func TestOnASimulatedLinkEachHandshakeOfQUICTakesExactlyItsRoundTrips(t *testing.T) {
	kinds := slices.DeleteFunc(All(), func(h Handshake) bool { return h.TCP })
	for _, rtt := range []time.Duration{10 * time.Millisecond, 50 * time.Millisecond, 150 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			results, err := Series{RTT: rtt, Rounds: 2, Open: simulate}.Run(t.Context(), kinds...)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range results {
				theory := Taken{time.Duration(r.Theory.Request) * rtt, time.Duration(r.Theory.Answer) * rtt, r.Theory.Answer}
				if r.Taken != theory {
					t.Errorf("%s at %v: %v, want %v", r.Name, rtt, r.Taken, theory)
				}
			}
		})
	}
}

func TestOnALinkOfTheLabAHandshakeOfQUICTakesARoundTripAndFiveMillisecondsAtMost(t *testing.T) {
	labtest.Open(t, lab.Way{}, lab.Way{}) // or skips
	leak.Check(t)
	const rtt, most = 50 * time.Millisecond, 55 * time.Millisecond
	first, early := time.Hour, time.Hour
	// A busy machine adds to a conversation and takes nothing away, so the fastest counts.
	for try := 0; try < 15 && (first > most || early > most); try++ {
		results, err := Series{RTT: rtt, Rounds: 1, Open: network.Open}.Run(t.Context(), QUIC, ZeroRTT)
		if err != nil {
			t.Fatal(err)
		}
		first, early = min(first, results[0].Request), min(early, results[1].Answer)
		if without, with := results[0].RoundTrips, results[1].RoundTrips; without != 2 || with != 1 {
			t.Errorf("round trips until the answer: %d, with early data %d; want 2 and 1", without, with)
		}
	}
	if first < rtt || first > most {
		t.Errorf("a handshake took %v, want %v to %v", first, rtt, most)
	}
	if early < rtt || early > most {
		t.Errorf("the answer to early data took %v, want %v to %v", early, rtt, most)
	}
}

func TestOnALinkOfTheLabTCPAndTLSCrossItAsOftenAsTheorySays(t *testing.T) {
	labtest.Open(t, lab.Way{}, lab.Way{}) // or skips
	const rtt = 10 * time.Millisecond
	kinds := slices.DeleteFunc(All(), func(h Handshake) bool { return !h.TCP || h.Absent != "" })
	var results []Result
	err := experiment.Steadily(new(experiment.Report), func() (err error) {
		results, err = Series{RTT: rtt, Rounds: 1, Open: network.Open}.Run(t.Context(), kinds...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.RoundTrips != r.Theory.Answer {
			t.Errorf("%s: %d round trips until the answer, want %d", r.Name, r.RoundTrips, r.Theory.Answer)
		}
		if least := time.Duration(r.Theory.Request) * rtt; r.Request < least {
			t.Errorf("%s: the request could leave after %v, want %v at least", r.Name, r.Request, least)
		}
	}
}
