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
