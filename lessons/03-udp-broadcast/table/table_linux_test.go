package table

import (
	"strings"
	"testing"

	"onthewire/lessons/03-udp-broadcast/multicast"
	"onthewire/lessons/internal/labtest"
)

// places are those of this system. Loopback is always there.
func places(t *testing.T, test func(t *testing.T, p Place)) {
	t.Run("lo", func(t *testing.T) { test(t, Loopback()) })
	t.Run("lan", func(t *testing.T) {
		s := labtest.OpenSegment(t, 2)
		test(t, Between(s.Hosts[0], s.Hosts[1]))
	})
}

func compare(t *testing.T, got Table, want func(Row) string) {
	t.Helper()
	for _, row := range got.Rows {
		if cells := strings.Join(row.Cells, ", "); cells != want(row) {
			t.Errorf("%s: %s, want %s", row.Name, cells, want(row))
		}
	}
}

// Of everything that can be sent to, only a host's own address finds a socket that is bound
// to the host's own address.
func TestTheAddressBoundIsAFilter(t *testing.T) {
	places(t, func(t *testing.T, p Place) {
		got, err := Filter(p)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, got, func(row Row) string {
			if row.Name == p.Receiver.Addr.String() {
				return "hears, hears, hears, hears"
			}
			return "hears, -, hears, -"
		})
	})
}

func TestWhatIsForAllReachesBothAndWhatIsForOneReachesOne(t *testing.T) {
	places(t, func(t *testing.T, p Place) {
		got, err := Shared(p)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, got, func(row Row) string {
			if row.Name == p.Receiver.Addr.String() || row.Name == "127.0.0.255" {
				return "EADDRINUSE, the last, one of two"
			}
			return "EADDRINUSE, both hear, both hear"
		})
	})
}

func TestAGroupIsHeardByThoseWhoNeverJoinedIt(t *testing.T) {
	s := labtest.OpenSegment(t, 2)
	got, err := Groups(Between(s.Hosts[0], s.Hosts[1]), multicast.Group4.Addr(), multicast.Group6.Addr())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"joined it": Hears, "joined nothing": Hears, "joined another group": Hears,
		"joined it, and left": Hears, "joined none, MULTICAST_ALL 0": Silent,
		"joined it for this sender": Hears, "joined it for another sender": Silent,
	}
	compare(t, got, func(row Row) string { return want[row.Name] + ", " + want[row.Name] })
}

func TestMain(m *testing.M) { labtest.Main(m) }
