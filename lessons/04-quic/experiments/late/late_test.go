package late

import (
	"testing"
	"testing/synctest"

	"onthewire/lessons/04-quic/network"
)

func TestALostFrameDelaysOthersOnlyOnASharedStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := network.Simulate(oneWay)
		defer n.Close()
		found, err := compare(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		stream, each, datagram := found[0], found[1], found[2]
		switch {
		case datagram.late > 0:
			t.Errorf("%d datagrams came late: no loss can do that", datagram.late)
		case datagram.never == 0:
			t.Error("no datagram was lost, or somebody sent it again")
		case each.never > 0 || stream.never > 0:
			t.Errorf("%d frames never came on a stream", each.never+stream.never)
		case each.late == 0 || stream.late <= each.late:
			t.Errorf("%d late on shared streams, %d on streams of their own: want more of the first", stream.late, each.late)
		}
	})
}

func TestSendDatagramWaitsForTheWindowAndAFullQueueLosesTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, err := findLimits(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if l.unsupported == nil || l.largest < 1000 || l.largest > 1452 {
			t.Errorf("without support: %v; too large: %v", l.unsupported, l.tooLarge)
		}
		if l.taken != sentUnread || l.stuck > 200 {
			t.Errorf("SendDatagram took %d with acknowledgements, and %d of %d without", l.taken, l.stuck, sentUnread)
		}
		if l.kept != 128 { // maxDatagramRcvQueueLen of quic-go v0.65.0
			t.Errorf("%d datagrams waited for a reader, want 128", l.kept)
		}
	})
}
