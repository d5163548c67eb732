// Package labtest opens the lab for tests.
package labtest

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
)

// Main is TestMain for tests that need the lab. Without root the tests run again in a user
// namespace, as lab.Enter says. Where that cannot be, they run anyway, and Open skips.
func Main(m *testing.M) {
	if err := lab.Enter(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(m.Run())
}

// Open opens a link for the time of the test. Where this system has no lab, the test is
// skipped, with the reason.
func Open(t testing.TB, toServer, toClient lab.Way) *lab.Link {
	t.Helper()
	link, err := lab.Open(toServer, toClient)
	return opened(t, link, err)
}

// OpenSegment opens a segment of n hosts for the time of the test, or skips it as Open does.
func OpenSegment(t testing.TB, n int) *lab.Segment {
	t.Helper()
	segment, err := lab.OpenSegment(n)
	return opened(t, segment, err)
}

func opened[T interface{ Close() error }](t testing.TB, it T, err error) T {
	t.Helper()
	if no, ok := errors.AsType[*experiment.Unavailable](err); ok {
		t.Skipf("%v; %s", no, no.Advice())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := it.Close(); err != nil {
			t.Error(err)
		}
	})
	return it
}
