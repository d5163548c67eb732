//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package poller_test

import (
	"math"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/01-event-loop/poller"
	"onthewire/lessons/internal/leak"
)

// The contract in poller.go, sentence by sentence, on whatever backend this system has.
// Each kind of descriptor is a pair: what is written to one end is read from the other.
var kinds = []kind{
	{name: "TCP", pair: tcpPair, ends: true, fills: true, duplex: true},
	{name: "Unix", pair: unixPair, ends: true, fills: true, duplex: true},
	{name: "pipe", pair: pipePair, ends: true, fills: true},
	{name: "UDP", pair: udpPair, duplex: true},
}

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
		refused(t, p.Add(reader, 0), unix.EINVAL)
		must(t, p.Add(reader, poller.Readable))
		refused(t, p.Change(reader, 0), unix.EINVAL)
	})
}

func TestThePeersCloseIsToldAfterItsData(t *testing.T) {
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
		if n, err := unix.Read(reader, make([]byte, 1)); n != 0 || err != nil {
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
	must(t, unix.Shutdown(b, unix.SHUT_WR))
	expect(t, p, a, poller.Event{})
}

func TestAResetIsAnError(t *testing.T) {
	leak.Check(t)
	p := open(t)
	a, b := tcpPair(t)
	must(t, p.Add(a, poller.Readable))
	must(t, unix.SetsockoptLinger(b, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1}))
	hangUp(t, b)
	await(t, p, a, func(ev poller.Event) bool { return ev.Error })
	if _, err := unix.Read(a, make([]byte, 1)); err != unix.ECONNRESET {
		t.Errorf("read after the reset: %v, want ECONNRESET", err)
	}
}

func TestAClosedDescriptorIsForgotten(t *testing.T) {
	each(t, func(t *testing.T, p *poller.Poller, reader, writer int) {
		must(t, p.Add(reader, poller.Readable))
		send(t, writer)
		hangUp(t, reader)
		expect(t, p, reader, poller.Event{})
	})
}

// epoll watches the open file, and kqueue the descriptor.
func TestAClosedDescriptorWithADuplicateGoesOnBeingToldByEpoll(t *testing.T) {
	each(t, func(t *testing.T, p *poller.Poller, reader, writer int) {
		must(t, p.Add(reader, poller.Readable))
		duplicate, err := unix.Dup(reader)
		must(t, err)
		defer unix.Close(duplicate)
		send(t, writer)
		hangUp(t, reader)
		expect(t, p, reader, poller.Event{Readable: poller.Mechanism == "epoll"})
	})
}

func TestAPipeWithoutWritersHasEndedAndItsReadDoesNotWait(t *testing.T) {
	leak.Check(t)
	p := open(t)
	reader, writer := pipePair(t)
	must(t, p.Add(reader, poller.Readable))
	hangUp(t, writer)
	await(t, p, reader, func(ev poller.Event) bool { return ev.ReadClosed && !ev.Error })
	if n, err := unix.Read(reader, make([]byte, 1)); n != 0 || err != nil {
		t.Errorf("read %d, %v, want the end", n, err)
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
			refused(t, p.Change(writer, poller.Writable), unix.ENOENT)
			refused(t, p.Remove(writer), unix.ENOENT)
			expect(t, p, writer, poller.Event{}) // and a Change that failed has added nothing
		}
		unknown()
		must(t, p.Add(writer, poller.Writable))
		refused(t, p.Add(writer, poller.Readable), unix.EEXIST)
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
		reader, writer := pipePair(t)
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

func TestARegularFileCannotWait(t *testing.T) {
	if poller.Mechanism != "epoll" {
		t.Skip("kqueue takes regular files, and calls them ready")
	}
	leak.Check(t)
	p := open(t)
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	must(t, err)
	defer file.Close()
	refused(t, p.Add(int(file.Fd()), poller.Readable), unix.EPERM)
}
