package replay

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"onthewire/lessons/04-quic/early"
	"onthewire/lessons/04-quic/network"
)

func TestACopyOfEarlyDataIsDoneAgainUnlessTheServerMindsIt(t *testing.T) {
	const roundTrip = 20 * time.Millisecond
	for i, want := range [][]Act{{
		{Outcome: early.Accepted, Took: roundTrip, Left: "90 left"},
		{Copy: true, Left: "90 left"},
		{Copy: true, After: Forgotten, Left: "80 left"},
	}, {
		{Outcome: early.Accepted, Took: roundTrip, Left: "90 left"},
		{Copy: true, Left: "90 left"},
		{Copy: true, After: Forgotten, Left: "90 left"},
	}, {
		{Outcome: early.Refused, Took: 2 * roundTrip, Left: "90 left"},
		{Copy: true, Left: "90 left"},
		{Copy: true, After: Forgotten, Left: "90 left"},
	}} {
		synctest.Test(t, func(t *testing.T) {
			n := network.Simulate(roundTrip / 2)
			defer n.Close()
			var acts []Act
			for act, err := range Play(t.Context(), n, Servers[i]) {
				if err != nil {
					t.Fatal(err)
				}
				if act.Datagrams < 2 || act.Datagrams > 4 {
					t.Errorf("%d datagrams were taken", act.Datagrams)
				}
				act.Datagrams = 0
				acts = append(acts, act)
			}
			if !slices.Equal(acts, want) {
				t.Errorf("%s:\n%+v, want\n%+v", Servers[i].About, acts, want)
			}
		})
	}
}
