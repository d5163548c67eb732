package whohears

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"onthewire/lessons/03-udp-broadcast/table"
	"onthewire/lessons/internal/exercise"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/labtest"
)

func TestMain(m *testing.M) { labtest.Main(m) }

func TestWhoHearsADatagramIsSaidBeforeItIsTried(t *testing.T) {
	var missing *experiment.Unavailable
	exercise.Check(t, func() error {
		said := predict()
		// What is wrong on the loopback is no other between two hosts, and needs no second sentence.
		err := compare(said, table.Loopback())
		if no, ok := errors.AsType[*experiment.Unavailable](err); ok {
			missing = no
			return nil
		}
		if err != nil {
			return err
		}
		return compareOnASegment(said)
	})
	if missing != nil {
		t.Skipf("nothing can be said of an answer here: %v; %s", missing, missing.Advice())
	}
}

func compareOnASegment(said []row) (err error) {
	segment, err := lab.OpenSegment(2)
	if no, ok := errors.AsType[*experiment.Unavailable](err); ok {
		fmt.Printf("two hosts cannot be had here, so all was tried on lo, which has no group of IPv6: %v; %s\n", no, no.Advice())
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, segment.Close()) }()
	return compare(said, table.Between(segment.Hosts[0], segment.Hosts[1]))
}

// compare tries all that can be sent to here, and says what came of it where you said
// otherwise. Who has heard it has heard it, but who has not may only have been slow: on a busy
// machine that is tried again.
func compare(said []row, at table.Place) (misses error) {
	for range 3 {
		tried, err := table.Filter(at)
		if err != nil {
			return err
		}
		if misses = compareOnce(said, tried, at); misses == nil {
			return nil
		}
	}
	return misses
}

func compareOnce(said []row, tried table.Table, at table.Place) error {
	// A row is named for the address of the loopback that is of its kind.
	kind := map[string]string{}
	lo := table.Loopback()
	kind[at.Receiver.Addr.String()] = lo.Receiver.Addr.String()
	if at.Name != lo.Name {
		kind[lab.Broadcast.String()] = "127.255.255.255"
	}
	var misses []error
	for _, happened := range tried.Rows {
		name := happened.Name
		if of, ok := kind[name]; ok {
			name = of
		}
		i := slices.IndexFunc(said, func(r row) bool { return r.to == name })
		if i < 0 {
			misses = append(misses, fmt.Errorf("your table has no row for %s: say who hears that", name))
			continue
		}
		misses = append(misses, said[i].compare(happened, at))
	}
	return errors.Join(misses...)
}

// compare names the misses of one row.
func (r row) compare(happened table.Row, at table.Place) error {
	wildcard, own := "0.0.0.0", at.Receiver.Addr.String()
	if r.to == "ff12::5749:5245" {
		wildcard, own = "::", at.Receiver.Addr6.String()
	}
	var misses []error
	for i, socket := range []struct {
		what string
		said answer
	}{
		{"bound to " + wildcard, r.wildcard},
		{"bound to " + own, r.own},
		{"bound to " + happened.Name, r.same},
		{"connected to the sender", r.connected},
	} {
		came := ""
		switch cell := happened.Cells[i]; {
		case socket.said != yes && socket.said != no:
			came = "that is neither yes nor no"
		case cell == table.Hears && socket.said == no:
			came = "it was sent, and arrived"
		case cell == table.Silent && socket.said == yes:
			came = "it was sent, and did not arrive"
		case cell != table.Hears && cell != table.Silent:
			fmt.Printf("what is sent to %s cannot be tried here with a socket %s: %s\n", happened.Name, socket.what, cell)
		}
		if came != "" {
			misses = append(misses, fmt.Errorf("you said that a socket %s %s what is sent to %s: %s", socket.what, socket.said, happened.Name, came))
		}
	}
	return errors.Join(misses...)
}
