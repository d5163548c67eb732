package late

import (
	"testing"
	"testing/synctest"

	"onthewire/lessons/04-quic/network"
)

func TestALostFrameDelaysOthersOnlyOnASharedStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stream, each, datagram := losingEvery50th(t, &oneStream), losingEvery50th(t, &streamEach), losingEvery50th(t, &datagrams)
		t.Log(stream, each, datagram)
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

// losingEvery50th is Late with a loss that does not hang on chance: what is compared loses alike.
func losingEvery50th(t *testing.T, k *kind) tally {
	t.Helper()
	n := network.Simulate(oneWay)
	defer n.Close()
	found, err := compare(t.Context(), n, []*kind{k}, func() error {
		for nth := 50; nth <= calls*frames; nth += 50 {
			n.DropLonger(nth, size, true)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found[0]
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
