package handshakes

import (
	"runtime/debug"
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
	const rtt = 50 * time.Millisecond
	most := rtt + 5*time.Millisecond
	if raced() {
		most = rtt + 15*time.Millisecond // of which the detector takes its part
	}
	if first := fastest(t, QUIC, rtt, most, func(r Result) time.Duration { return r.Request }); first < rtt || first > most {
		t.Errorf("a handshake took %v, want %v to %v", first, rtt, most)
	}
	if early := fastest(t, ZeroRTT, rtt, most, func(r Result) time.Duration { return r.Answer }); early < rtt || early > most {
		t.Errorf("the answer to early data took %v, want %v to %v", early, rtt, most)
	}
}

// fastest has conversations until one is fast enough, or many are not. A busy machine adds to
// their time and takes nothing away.
func fastest(t *testing.T, kind Handshake, rtt, most time.Duration, figure func(Result) time.Duration) time.Duration {
	least := time.Hour
	for try := 0; try < 30 && least > most; try++ {
		results, err := Series{RTT: rtt, Rounds: 1, Open: network.Open}.Run(t.Context(), kind)
		if err != nil {
			t.Fatal(err)
		}
		if r := results[0]; r.RoundTrips != kind.Theory.Answer {
			t.Errorf("%s: %d round trips until the answer, want %d", r.Name, r.RoundTrips, kind.Theory.Answer)
		}
		least = min(least, figure(results[0]))
	}
	return least
}

// raced tells whether this test was built with -race.
func raced() bool {
	info, _ := debug.ReadBuildInfo()
	return info != nil && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
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
