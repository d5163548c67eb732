//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package poller_test

import (
	"math"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"onthewire/lessons/01-event-loop/poller"
	"onthewire/lessons/01-event-loop/sock"
	"onthewire/lessons/internal/leak"
)

// The contract in poller.go, sentence by sentence, on whatever backend this system has.
type kind struct {
	name   string
	pair   func(t *testing.T) (reader, writer int)
	ends   bool // the peer's close can be seen
	fills  bool // the writer runs out of room when nobody reads; a datagram is dropped instead
	duplex bool // each end reads and writes
}

type check func(t *testing.T, p *poller.Poller, reader, writer int)

func each(t *testing.T, check check) {
	eachThat(t, func(kind) bool { return true }, check)
}

func eachThat(t *testing.T, has func(kind) bool, check check) {
	for _, kind := range kinds {
		if !has(kind) {
			continue
		}
		t.Run(kind.name, func(t *testing.T) {
			leak.Check(t)
			reader, writer := kind.pair(t)
			check(t, open(t), reader, writer)
		})
	}
}

func TestNothingIsReadyUntilThePeerWrites(t *testing.T) {
	each(t, func(t *testing.T, p *poller.Poller, reader, writer int) {
		must(t, p.Add(reader, poller.Readable))
		expect(t, p, reader, poller.Event{})
		send(t, writer)
		expect(t, p, reader, poller.Event{Readable: true})
	})
}

func TestReadinessComesAgainUntilTheDataIsTaken(t *testing.T) {
	each(t, func(t *testing.T, p *poller.Poller, reader, writer int) {
		must(t, p.Add(reader, poller.Readable))
		send(t, writer)
		for range 3 {
			expect(t, p, reader, poller.Event{Readable: true})
		}
		receive(t, reader)
		expect(t, p, reader, poller.Event{})
	})
}

func TestAnEmptySocketIsWritable(t *testing.T) {
	each(t, func(t *testing.T, p *poller.Poller, _, writer int) {
		must(t, p.Add(writer, poller.Writable))
		expect(t, p, writer, poller.Event{Writable: true})
	})
}

func TestAFullSocketIsWritableOnceThePeerHasRead(t *testing.T) {
	eachThat(t, func(k kind) bool { return k.fills }, func(t *testing.T, p *poller.Poller, reader, writer int) {
		sent := fill(t, p, writer)
		must(t, p.Add(writer, poller.Writable))
		expect(t, p, writer, poller.Event{})
		must(t, p.Add(reader, poller.Readable))
		for got := 0; got < sent; {
			await(t, p, reader, func(ev poller.Event) bool { return ev.Readable })
			got += receive(t, reader)
		}
		must(t, p.Remove(reader))
		expect(t, p, writer, poller.Event{Writable: true})
	})
}

func TestOnlyWhatIsWantedIsTold(t *testing.T) {
	each(t, func(t *testing.T, p *poller.Poller, reader, writer int) {
		send(t, writer)
		must(t, p.Add(reader, poller.Readable))
		must(t, p.Add(writer, poller.Writable))
		must(t, p.Remove(writer))
		expect(t, p, reader, poller.Event{Readable: true})
		must(t, p.Remove(reader))
		expect(t, p, reader, poller.Event{})
	})
}

func TestAnInterestCanChange(t *testing.T) {
	eachThat(t, func(k kind) bool { return k.duplex }, func(t *testing.T, p *poller.Poller, reader, writer int) {
		must(t, p.Add(writer, poller.Writable))
		must(t, p.Change(writer, poller.Readable))
		expect(t, p, writer, poller.Event{})
		must(t, p.Change(writer, poller.Writable))
		expect(t, p, writer, poller.Event{Writable: true})
	})
}

func TestAnInterestInNothingIsRefused(t *testing.T) {
	each(t, func(t *testing.T, p *poller.Poller, reader, _ int) {
		refused(t, p.Add(reader, 0), syscall.EINVAL)
		must(t, p.Add(reader, poller.Readable))
		refused(t, p.Change(reader, 0), syscall.EINVAL)
	})
}

func TestThePeersCloseIsToldBeforeItsDataIsTaken(t *testing.T) {
	eachThat(t, func(k kind) bool { return k.ends }, func(t *testing.T, p *poller.Poller, reader, writer int) {
		must(t, p.Add(reader, poller.Readable))
		send(t, writer)
		hangUp(t, writer)
		ev := await(t, p, reader, func(ev poller.Event) bool { return ev.ReadClosed })
		if ev.Error {
			t.Errorf("the peer has closed in good order: %+v", ev)
		}
		if receive(t, reader) == 0 {
			t.Error("what the peer had sent before is lost")
		}
		if n, err := sock.Read(reader, make([]byte, 1)); n != 0 || err != nil {
			t.Errorf("read %d, %v at the end, want 0, nil", n, err)
		}
	})
}

func TestThePeersCloseIsToldOnceItsDataIsTaken(t *testing.T) {
	eachThat(t, func(k kind) bool { return k.ends }, func(t *testing.T, p *poller.Poller, reader, writer int) {
		must(t, p.Add(reader, poller.Readable))
		send(t, writer)
		hangUp(t, writer)
		await(t, p, reader, func(ev poller.Event) bool { return ev.Readable })
		receive(t, reader)
		await(t, p, reader, func(ev poller.Event) bool { return ev.ReadClosed && !ev.Error })
		if n, err := sock.Read(reader, make([]byte, 1)); n != 0 || err != nil {
			t.Errorf("read %d, %v at the end, want 0, nil", n, err)
		}
	})
}

// The trap of EPOLLRDHUP: a paused connection whose peer has finished would wake the loop
// for ever.
func TestAPausedReaderSleepsThroughThePeersEnd(t *testing.T) {
	leak.Check(t)
	p := open(t)
	a, b := tcpPair(t)
	fill(t, p, a)
	must(t, p.Add(a, poller.Writable))
	must(t, sock.CloseWrite(b))
	expect(t, p, a, poller.Event{})
}

func TestAResetIsAnError(t *testing.T) {
	leak.Check(t)
	p := open(t)
	a, b := tcpPair(t)
	must(t, p.Add(a, poller.Readable))
	must(t, sock.ResetOnClose(b))
	hangUp(t, b)
	await(t, p, a, func(ev poller.Event) bool { return ev.Error })
	if _, err := sock.Read(a, make([]byte, 1)); err != syscall.ECONNRESET {
		t.Errorf("read after the reset: %v, want ECONNRESET", err)
	}
}

// The number of the first socket may be the second one's, and the first had an event coming.
func TestWhoGetsTheNumberOfOneThatWasRemovedHasNoneOfItsEvents(t *testing.T) {
	each(t, func(t *testing.T, p *poller.Poller, reader, writer int) {
		must(t, p.Add(reader, poller.Readable))
		expect(t, p, reader, poller.Event{})
		send(t, writer)
		must(t, p.Remove(reader))
		hangUp(t, reader)
		newcomer, _ := tcpPair(t)
		must(t, p.Add(newcomer, poller.Readable))
		expect(t, p, newcomer, poller.Event{})
	})
}

func TestARemovedDescriptorCanBeAddedAgain(t *testing.T) {
	each(t, func(t *testing.T, p *poller.Poller, reader, writer int) {
		for range 3 {
			must(t, p.Add(reader, poller.Readable))
			expect(t, p, reader, poller.Event{})
			must(t, p.Remove(reader))
		}
		send(t, writer)
		must(t, p.Add(reader, poller.Readable))
		expect(t, p, reader, poller.Event{Readable: true})
	})
}

func TestEachOfAHundredDescriptorsIsTold(t *testing.T) {
	leak.Check(t)
	p := open(t)
	for range 100 {
		reader, writer := tcpPair(t)
		must(t, p.Add(reader, poller.Readable))
		send(t, writer)
		expect(t, p, reader, poller.Event{Readable: true})
		receive(t, reader)
	}
}

func TestAListenerIsReadableWhenAClientWaits(t *testing.T) {
	leak.Check(t)
	p := open(t)
	listener := tcpListener(t)
	must(t, p.Add(listener, poller.Readable))
	expect(t, p, listener, poller.Event{})
	tcpConnect(t, listener)
	expect(t, p, listener, poller.Event{Readable: true})
}

func TestWhatIsNoDescriptorIsRefused(t *testing.T) {
	leak.Check(t)
	p := open(t)
	if err := p.Add(1<<20, poller.Readable); err == nil {
		t.Error("a descriptor that is not open was taken")
	}
}

func TestOnlyWhatIsNotWatchedIsAddedAndOnlyWhatIsCanChange(t *testing.T) {
	each(t, func(t *testing.T, p *poller.Poller, _, writer int) {
		unknown := func() {
			t.Helper()
			refused(t, p.Change(writer, poller.Writable), syscall.ENOENT)
			refused(t, p.Remove(writer), syscall.ENOENT)
			expect(t, p, writer, poller.Event{}) // and a Change that failed has added nothing
		}
		unknown()
		must(t, p.Add(writer, poller.Writable))
		refused(t, p.Add(writer, poller.Readable), syscall.EEXIST)
		expect(t, p, writer, poller.Event{Writable: true}) // as before
		must(t, p.Remove(writer))
		unknown()
		must(t, p.Add(writer, poller.Writable))
	})
}

func TestWaitDoesNotReturnBeforeItsTime(t *testing.T) {
	leak.Check(t)
	p := open(t)
	for _, timeout := range []time.Duration{0, time.Microsecond, 1500 * time.Microsecond, 10 * time.Millisecond} {
		begun := time.Now()
		n, err := p.Wait(make([]poller.Event, 1), timeout)
		if n != 0 || err != nil {
			t.Errorf("Wait(%v) = %d, %v", timeout, n, err)
		}
		if took := time.Since(begun); took < timeout {
			t.Errorf("Wait(%v) came back after %v", timeout, took)
		}
	}
}

// One that does not fit the kernel's type would be refused, or come back at once.
func TestTheLongestWaitIsTakenAndCanBeWoken(t *testing.T) {
	leak.Check(t)
	p := open(t)
	for _, timeout := range []time.Duration{1e6 * time.Second, math.MaxInt64 - 1, math.MaxInt64} {
		var woken atomic.Bool
		over := make(chan error, 1)
		time.AfterFunc(10*time.Millisecond, func() { woken.Store(true); over <- p.Wake() })
		waits := 0
		for ; !woken.Load(); waits++ {
			n, err := p.Wait(make([]poller.Event, 1), timeout)
			if n != 0 || err != nil {
				t.Errorf("Wait(%v) = %d, %v", timeout, n, err)
			}
		}
		if waits > 10 { // a signal may end one, or the wake of the time before
			t.Errorf("%d waits of %v were over within 10 ms", waits, timeout)
		}
		must(t, <-over)
	}
}

func TestMoreReadyThanAsked(t *testing.T) {
	leak.Check(t)
	p := open(t)
	waiting := map[int]bool{}
	for range 5 {
		reader, writer := tcpPair(t)
		must(t, p.Add(reader, poller.Readable))
		send(t, writer)
		waiting[reader] = true
	}
	events := make([]poller.Event, 2)
	for range 5 { // each turn names at most two, and none is forgotten
		n, err := p.Wait(events, 0)
		must(t, err)
		for _, ev := range events[:n] {
			receive(t, ev.FD)
			delete(waiting, ev.FD)
		}
	}
	if len(waiting) > 0 {
		t.Errorf("never told of %v", waiting)
	}
}
