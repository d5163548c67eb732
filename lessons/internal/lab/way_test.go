package lab

import (
	"testing"
	"time"
)

func TestOnePercentIsOnePercent(t *testing.T) {
	const packets = 100_000
	for _, burst := range []float64{0, 5} {
		l := line{way: Way{Loss: 0.01, Burst: burst}}
		lost, runs, before := 0, 0, Delivered
		for range packets {
			_, fate := l.admit(0, 1)
			if fate == Lost {
				lost++
				if before != Lost {
					runs++
				}
			}
			before = fate
		}
		// Bursts make the sum less certain: their number is what is random.
		if share, off := float64(lost)/packets, 0.002*max(1, burst/2); share < 0.01-off || share > 0.01+off {
			t.Errorf("with bursts of %v, %d of %d packets were lost", burst, lost, packets)
		}
		if length := float64(lost) / float64(runs); length < 0.7*max(1, burst) || length > 1.5*max(1, burst) {
			t.Errorf("bursts of %v had a mean length of %.2f", burst, length)
		}
	}
}

func TestARateSpacesPackets(t *testing.T) {
	l := line{way: Way{Rate: 10_000_000, Delay: 5 * time.Millisecond}}
	for i := range 20 {
		arrives, fate := l.admit(0, 1250) // 10,000 bits: a millisecond each
		want := 5*time.Millisecond + time.Duration(i+1)*time.Millisecond
		if fate != Delivered || arrives != want {
			t.Errorf("packet %d is %v after %v, not after %v", i, fate, arrives, want)
		}
	}
}

func TestAFullQueueTakesNoMoreUntilItHasSent(t *testing.T) {
	l := line{way: Way{Rate: 8_000_000, Queue: 3000}} // a byte a microsecond
	var fates []Fate
	for range 5 {
		_, fate := l.admit(0, 1000)
		fates = append(fates, fate)
	}
	for i, want := range []Fate{Delivered, Delivered, Delivered, Overflowed, Overflowed} {
		if fates[i] != want {
			t.Errorf("packet %d of five was %v, not %v", i+1, fates[i], want)
		}
	}
	if _, fate := l.admit(time.Millisecond, 1000); fate != Delivered {
		t.Errorf("a millisecond later one has left, and yet a packet was %v", fate)
	}
}

func TestJitterKeepsTheOrderAndReorderingDoesNot(t *testing.T) {
	for _, way := range []Way{{Jitter: time.Millisecond}, {Reorder: 0.2}} {
		l := line{way: way}
		var latest time.Duration
		back, overtaken := 0, 0
		for i := range 1000 {
			arrives, fate := l.admit(time.Duration(i)*time.Microsecond, 100)
			if arrives < latest {
				back++
			}
			if fate == Overtaken {
				overtaken++
			}
			latest = max(latest, arrives)
		}
		if reorders := way.Reorder > 0; reorders != (back > 0) || reorders != (overtaken > 0) {
			t.Errorf("%+v: %d of 1000 arrived before one in front of them, %d were overtaken", way, back, overtaken)
		}
	}
}

func TestAWayThatMakesNoSenseIsRefused(t *testing.T) {
	nan := 0.0
	nan /= nan
	for _, way := range []Way{
		{Delay: -1}, {Jitter: -1}, {Late: -1}, {Rate: -1}, {Queue: -1},
		{Loss: -0.1}, {Loss: 1.1}, {Loss: nan}, {Reorder: 2}, {Reorder: nan}, {Burst: -1}, {Burst: nan},
		{Loss: 0.9, Burst: 2},
	} {
		if way.Validate() == nil {
			t.Errorf("%+v passed", way)
		}
		if link, err := Open(way, Way{}); err == nil {
			link.Close()
			t.Errorf("a link with %+v opened", way)
		}
	}
}

// A packet is whatever a host has sent, so nothing in it can be trusted.
func FuzzDecode(f *testing.F) {
	f.Add([]byte{0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0, 7, 0, 9, 0, 8, 0, 0})
	f.Add([]byte{0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0, 7, 0, 9, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x12, 1, 0, 0, 0, 0, 0})
	f.Add([]byte{0x4f, 0, 0, 0})
	six := append([]byte{0x60, 0, 0, 0, 0, 24, 0, 64}, make([]byte, 32)...)
	f.Add(append(six, 44, 0, 1, 4, 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 1, 0, 7, 0, 9, 0, 8, 0, 0)) // hop-by-hop, fragment, UDP
	f.Add(append(six, 60, 255, 0, 0))
	f.Fuzz(func(t *testing.T, ip []byte) {
		p := decode(ip)
		if len(p.Payload) > len(ip) {
			t.Errorf("%d bytes carry %d", len(ip), len(p.Payload))
		}
		_ = p.String()
	})
}
