package early

import (
	"testing"
	"time"
)

func TestWhatIsRememberedOfTicketsIsBoundedAndEnds(t *testing.T) {
	tickets := unused{lifetime: time.Hour, room: 3, since: map[id]time.Time{}}
	now := time.Unix(0, 0)
	for i := range byte(5) {
		tickets.add(id{i}, now)
	}
	for i := range byte(5) {
		if got, want := tickets.take(id{i}, now), i >= 2; got != want {
			t.Errorf("ticket %d of 5, where there is room for 3: %v", i, got)
		}
	}
	if tickets.take(id{4}, now) {
		t.Error("a ticket is good twice")
	}
	tickets.add(id{5}, now)
	tickets.add(id{6}, now.Add(time.Hour))
	if tickets.take(id{5}, now.Add(time.Hour+1)) {
		t.Error("a ticket is good when its time is over")
	}
	if !tickets.take(id{6}, now.Add(2*time.Hour)) {
		t.Error("a ticket is not good at the end of its time")
	}
	tickets.add(id{7}, now.Add(4*time.Hour))
	if len(tickets.since) != 1 || len(tickets.order) != 1 {
		t.Errorf("%d and %d are remembered, of which one is good", len(tickets.since), len(tickets.order))
	}
}
