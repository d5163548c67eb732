//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package loop_test

import (
	"bytes"
	"io"
	"net"
	"runtime"
	"syscall"
	"testing"
	"time"

	"onthewire/lessons/01-event-loop/loop"
	"onthewire/lessons/01-event-loop/watch"
	"onthewire/lessons/internal/errno"
)

func TestAMarkOfOneByteLosesNothing(t *testing.T) {
	s := start(t, 1, func(s *loop.Server) { s.MaxPending = 1 })
	echoes(t, s.dial(), noise(1, 1000))
}

func TestAGluttonGetsEveryByteAndFreezesNobody(t *testing.T) {
	s := start(t, 1, nil)
	polite, glutton := s.dial(), s.dial()
	echoes(t, polite, hello)

	sent := noise(2, size(32<<20, 100<<20))
	var before, stuck runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	written := make(chan error, 1)
	go func() {
		_, err := glutton.Write(sent)
		written <- err
	}()
	s.until("the glutton reaches its mark", func(seen *watch.Seen) bool {
		return seen.Clients[1].Held() == s.MaxPending
	})
	for range 100 {
		echoes(t, polite, hello)
	}
	runtime.GC() // what growing has left behind is nobody's
	runtime.ReadMemStats(&stuck)
	if grown := int(stuck.HeapAlloc) - int(before.HeapAlloc); grown > 2*s.MaxPending {
		t.Errorf("the heap has grown by %d bytes for a client that may have %d", grown, s.MaxPending)
	}

	got := make([]byte, len(sent))
	if n, err := io.ReadFull(glutton, got); err != nil {
		t.Fatalf("%d of %d bytes came back: %v", n, len(sent), err)
	}
	if !bytes.Equal(got, sent) {
		t.Error("the bytes came back changed")
	}
	must(t, <-written)
	s.See(func(seen *watch.Seen) {
		if most := seen.Clients[1].MostHeld; most > s.MaxPending {
			t.Errorf("the loop held %d bytes, more than its mark of %d", most, s.MaxPending)
		}
	})
}

func TestAResetGluttonEndsAndNoOther(t *testing.T) {
	s := start(t, 1, nil)
	polite, glutton := s.dial(), s.dial()
	go glutton.Write(noise(5, 32<<20))
	s.until("the glutton reaches its mark", func(seen *watch.Seen) bool {
		return len(seen.Clients) == 2 && seen.Clients[1].Held() == s.MaxPending
	})
	reset(t, glutton)
	s.until("the glutton is closed", func(seen *watch.Seen) bool { return seen.Clients[1].Closed })
	s.See(func(seen *watch.Seen) {
		if why := seen.Clients[1].Why; !errno.Is(why, syscall.ECONNRESET) && !errno.Is(why, syscall.EPIPE) {
			t.Errorf("it was closed for %v, want a reset", why)
		}
	})
	echoes(t, polite, hello)
}

func TestASilentClientWakesNobody(t *testing.T) {
	s := start(t, 1, nil)
	const n = 100
	var last net.Conn
	for range n {
		last = s.dial()
	}
	echoes(t, last, hello)
	var before, after int
	s.See(func(seen *watch.Seen) { before = seen.Waits })
	time.Sleep(100 * time.Millisecond) // the span under study
	s.See(func(seen *watch.Seen) { after = seen.Waits })
	if after > before+1 { // the wait that the echo's own turn ends with
		t.Errorf("%d silent clients woke the loop %d times", n, after-before)
	}
}

// The order proves it, on any machine: whoever moved last is closed last.
func TestTheLongestSilentIsClosedFirst(t *testing.T) {
	s := start(t, 1, func(s *loop.Server) { s.Idle = 50 * time.Millisecond })
	begun := time.Now()
	first, second := s.dial(), s.dial()
	s.until("both are accepted", func(seen *watch.Seen) bool { return len(seen.Clients) == 2 })
	if _, err := first.Write(hello); err != nil {
		t.Fatal(err)
	}
	s.until("one is closed", func(seen *watch.Seen) bool { return seen.Closed > 0 })
	if lived := time.Since(begun); lived < s.Idle {
		t.Errorf("closed after %v, %v too early", lived, s.Idle-lived)
	}
	var moved bool
	s.until("both are closed", func(seen *watch.Seen) bool {
		moved = seen.Clients[0].Read > 0
		if seen.Closed == 1 && seen.Clients[0].Closed && moved {
			t.Error("the client that spoke was closed before the silent one")
		}
		return seen.Closed == 2
	})
	if _, err := io.ReadAll(second); err != nil {
		t.Errorf("a client that expires sees %v, want the end", err)
	}
}

func TestSeveralLoopsShareThePort(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux deals the clients of one port out among several listeners")
	}
	s := start(t, 4, nil)
	for range 64 {
		echoes(t, s.dial(), hello)
	}
	listeners := map[int]int{}
	s.See(func(seen *watch.Seen) {
		for _, c := range seen.Clients {
			listeners[c.Listener]++
		}
	})
	if len(listeners) < 2 {
		t.Errorf("64 clients, by listener: %v; want them dealt out", listeners)
	}
	if _, err := loop.Listen(t.Context(), s.Addr().String(), 4); !errno.Is(err, syscall.EADDRINUSE) {
		t.Errorf("a second server on the same port: %v, want EADDRINUSE", err)
	}
}
