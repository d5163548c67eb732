//go:build linux

package loop

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/06-pitfalls/epoll"
	"onthewire/lessons/06-pitfalls/pitfall/pitfalltest"
)

func TestASocketIsWritableAllDayLong(t *testing.T) { pitfalltest.Falls(t, Writable) }

func TestAPeerThatStopsReadingIsWaitedForUntilItReadsAgain(t *testing.T) {
	p, err := epoll.NewPair()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	poller, err := epoll.New()
	if err != nil {
		t.Fatal(err)
	}
	defer poller.Close()
	pending := make([]byte, 1<<20)
	if pending, err = (partial{}).fixed(p.Server, pending); err != nil || len(pending) == 0 {
		t.Fatalf("%d bytes are pending, %v", len(pending), err)
	}
	if err := poller.Add(p.Server, 0); err != nil {
		t.Fatal(err)
	}
	got := 0
	for got < 1<<20 {
		if len(pending) > 0 {
			if pending, err = (partial{}).fixed(p.Server, pending); err != nil {
				t.Fatal(err)
			}
		}
		if err := (writable{}).fixed(poller, p.Server, pending); err != nil {
			t.Fatal(err)
		}
		if !epoll.Readable(p.Client, 2*time.Second) {
			t.Fatalf("the peer waits in vain after %d bytes", got)
		}
		read, err := eagain{}.fixed(p.Client, nil)
		if err != nil {
			t.Fatal(err)
		}
		got += len(read)
		if len(pending) > 0 {
			if ready, err := poller.Wait(2 * time.Second); err != nil || len(ready) == 0 || ready[0].Events&unix.EPOLLOUT == 0 {
				t.Fatalf("%v, %v, and %d bytes are pending", ready, err, len(pending))
			}
		}
	}
}
