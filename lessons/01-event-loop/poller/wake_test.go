//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package poller_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"onthewire/lessons/01-event-loop/poller"
	"onthewire/lessons/internal/leak"
)

const long = 20 * time.Second // a Wait that lasts so long was never woken

func TestAWakeBeforeTheWaitIsNotLost(t *testing.T) {
	leak.Check(t)
	p := open(t)
	must(t, p.Wake())
	mustWake(t, p)
}

func TestManyWakesBeforeOneWaitAreOne(t *testing.T) {
	leak.Check(t)
	p := open(t)
	for range 1000 {
		must(t, p.Wake())
	}
	mustWake(t, p)
	begun := time.Now()
	n, err := p.Wait(make([]poller.Event, 1), 20*time.Millisecond)
	if n != 0 || err != nil {
		t.Fatalf("Wait = %d, %v", n, err)
	}
	if time.Since(begun) < 20*time.Millisecond {
		t.Error("the same wakes woke a second Wait")
	}
}

func TestAWakeInterruptsASleepingWait(t *testing.T) {
	leak.Check(t)
	p := open(t)
	woken := make(chan error)
	go func() {
		_, err := p.Wait(make([]poller.Event, 1), -1)
		woken <- err
	}()
	must(t, p.Wake())
	must(t, <-woken)
}

func TestAWakeHidesNoEvent(t *testing.T) {
	leak.Check(t)
	p := open(t)
	reader, writer := tcpPair(t)
	must(t, p.Add(reader, poller.Readable))
	send(t, writer)
	must(t, p.Wake())
	expect(t, p, reader, poller.Event{Readable: true})
}

// Each goroutine adds to the sum and wakes. A lost wake leaves the loop asleep below it.
func TestNoWakeOfManyGoroutinesIsLost(t *testing.T) {
	leak.Check(t)
	p := open(t)
	const goroutines, each = 8, 2000
	var sum atomic.Int64
	var wakers sync.WaitGroup
	for range goroutines {
		wakers.Go(func() {
			for range each {
				sum.Add(1)
				if err := p.Wake(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	waits := 0
	for ; sum.Load() < goroutines*each; waits++ {
		mustWake(t, p)
	}
	wakers.Wait()
	t.Logf("%d wakes, %d waits", goroutines*each, waits)
}

func mustWake(t *testing.T, p *poller.Poller) {
	t.Helper()
	begun := time.Now()
	_, err := p.Wait(make([]poller.Event, 1), long)
	must(t, err)
	if time.Since(begun) >= long {
		t.Fatal("nothing woke the Wait: a wake is lost")
	}
}
