package poller

import (
	"errors"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestAWakeThatFailedSilencesNoLaterOne(t *testing.T) {
	p, err := New()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	eventfd := p.waker
	p.waker = -1
	if err := p.Wake(); !errors.Is(err, unix.EBADF) {
		t.Fatalf("Wake = %v, want EBADF", err)
	}
	p.waker = eventfd
	if err := p.Wake(); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if _, err := p.Wait(make([]Event, 1), 20*time.Second); err != nil {
		t.Fatal(err)
	}
	if time.Since(begun) >= 20*time.Second {
		t.Error("the second Wake woke nobody")
	}
}

// A number of milliseconds that overflows becomes an epoll_wait that returns at once, or
// never.
func TestAnyTimeoutFitsEpoll(t *testing.T) {
	for timeout, want := range map[time.Duration]int{
		-1: -1, 0: 0, 1: 1, time.Millisecond: 1, time.Millisecond + 1: 2,
		1<<63 - 1: 1e9, 1e6*time.Second + 1: 1e9,
	} {
		if got := milliseconds(timeout); got != want {
			t.Errorf("milliseconds(%v) = %d, want %d", timeout, got, want)
		}
	}
}
