package handshakes

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestPacketsThatCrossOnTheWayMakeNoRoundTrip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const oneWay = 25 * time.Millisecond
		trips := &trips{oneWay: oneWay}
		for range 10 { // all of them leave before any has arrived
			trips.see(time.Now(), true)
			trips.see(time.Now(), false)
			time.Sleep(time.Millisecond)
		}
		time.Sleep(oneWay)
		if n := trips.count(); n != 0 {
			t.Errorf("%d round trips, want none: nobody has answered yet", n)
		}
		trips.see(time.Now(), false) // which is an answer
		if n := trips.count(); n != 0 {
			t.Errorf("%d round trips, want none: the answer is under way", n)
		}
		time.Sleep(oneWay)
		if n := trips.count(); n != 1 {
			t.Errorf("%d round trips, want 1: the answer is there", n)
		}
	})
}
