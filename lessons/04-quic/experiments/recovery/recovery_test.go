package recovery

import (
	"testing"
	"testing/synctest"
	"time"

	"onthewire/lessons/04-quic/network"
)

// simulated runs over a network in virtual time.
func simulated(t *testing.T, f func(t *testing.T, n *network.Network)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := network.Simulate(roundTrip / 2)
		defer n.Close()
		f(t, n)
	})
}

func TestAProbeWaitsForTheRoundTripAndForWhatThePeerMayHoldItsACKBack(t *testing.T) {
	// RFC 9002, section 6.2.1: smoothed_rtt + max(4*rttvar, kGranularity) + max_ack_delay. On an
	// old connection nothing varies. quic-go promises 25 ms and a millisecond for its timer.
	const exactly = roundTrip + time.Millisecond + 26*time.Millisecond
	for _, tail := range tails {
		simulated(t, func(t *testing.T, n *network.Network) {
			late, err := tail.overQUIC(t.Context(), n)
			if err != nil {
				t.Fatal(err)
			}
			young := tail.before == 1
			if !young && late != exactly || young && (late <= exactly || late > 3*roundTrip+26*time.Millisecond) {
				t.Errorf("%s: the answer is late by %v, on an old connection it would be %v", tail.name, late, exactly)
			}
		})
	}
}

func TestAnACKNamesEveryStretchThatHasArrived(t *testing.T) {
	simulated(t, func(t *testing.T, n *network.Network) {
		// One more, if quic-go has left out a number meanwhile: whoever acknowledges that lies.
		if most, err := gapsOverQUIC(t.Context(), n); err != nil || most != lostInGaps+1 && most != lostInGaps+2 {
			t.Errorf("%d stretches around %d lost packets, %v", most, lostInGaps, err)
		}
	})
}

func TestSACKBlocksAreCountedBehindOtherOptions(t *testing.T) {
	ip := make([]byte, 20, 100)
	ip[0] = 0x45
	tcp := make([]byte, 20)
	options := []byte{1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 5, 18}
	options = append(options, make([]byte, 16)...)
	tcp[12] = byte((20+len(options))/4) << 4
	if n := sackBlocks(append(append(ip, tcp...), options...)); n != 2 {
		t.Errorf("%d blocks, want 2", n)
	}
}
