//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package poller_test

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"onthewire/lessons/01-event-loop/poller"
	"onthewire/lessons/01-event-loop/sock"
)

const longest = 10 * time.Second

func open(t *testing.T) *poller.Poller {
	t.Helper()
	p, err := poller.New()
	must(t, err)
	t.Cleanup(func() { must(t, p.Close()) })
	return p
}

// expect waits until fd is ready, for exactly that. An empty event stands for nothing: then
// it only looks.
func expect(t *testing.T, p *poller.Poller, fd int, want poller.Event) {
	t.Helper()
	timeout := time.Duration(0)
	if want != (poller.Event{}) {
		want.FD, timeout = fd, longest
	}
	events := make([]poller.Event, 8)
	n, err := p.Wait(events, timeout)
	must(t, err)
	var got poller.Event
	for _, ev := range events[:n] {
		if ev.FD == fd {
			got = ev
		}
	}
	if got != want {
		t.Errorf("ready: %+v, want %+v", got, want)
	}
}

// await waits until an event of fd is such as the caller wants it, and returns it.
func await(t *testing.T, p *poller.Poller, fd int, wanted func(poller.Event) bool) poller.Event {
	t.Helper()
	events := make([]poller.Event, 8)
	var last []poller.Event
	for end := time.Now().Add(longest); time.Now().Before(end); {
		n, err := p.Wait(events, time.Until(end))
		must(t, err)
		last = events[:n]
		for _, ev := range last {
			if ev.FD == fd && wanted(ev) {
				return ev
			}
		}
	}
	t.Fatalf("the event did not come; the last ones were %+v", last)
	return poller.Event{}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refused(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("error %v, want %v", got, want)
	}
}

func send(t *testing.T, fd int) {
	t.Helper()
	_, err := sock.Write(fd, []byte("hello, wire\n"))
	must(t, err)
}

func receive(t *testing.T, fd int) int {
	t.Helper()
	n, err := sock.Read(fd, make([]byte, 64<<10))
	must(t, err)
	return n
}

// fill writes until the kernel takes no more, and goes on taking no more.
func fill(t *testing.T, p *poller.Poller, fd int) (sent int) {
	t.Helper()
	must(t, p.Add(fd, poller.Writable))
	defer p.Remove(fd)
	for {
		n, err := sock.Write(fd, make([]byte, 64<<10))
		if err == nil {
			sent += n
			continue
		}
		if err != syscall.EAGAIN {
			t.Fatal(err)
		}
		ready, err := p.Wait(make([]poller.Event, 1), 20*time.Millisecond)
		must(t, err)
		if ready == 0 {
			return sent
		}
	}
}

// owned closes descriptors after the test, unless hangUp has.
func owned(t *testing.T, fds ...int) {
	t.Helper()
	for _, fd := range fds {
		must(t, nonblocking(fd))
		closed[fd] = false
		t.Cleanup(func() {
			if !closed[fd] {
				hangUp(t, fd)
			}
		})
	}
}

// closed keeps a cleanup from closing a number that may be another descriptor's by now.
var closed = map[int]bool{}

func hangUp(t *testing.T, fd int) {
	t.Helper()
	closed[fd] = true
	must(t, sock.Close(fd))
}

func tcpPair(t *testing.T) (reader, writer int) {
	listener := tcpListener(t)
	writer = tcpConnect(t, listener)
	p := open(t)
	must(t, p.Add(listener, poller.Readable))
	expect(t, p, listener, poller.Event{Readable: true})
	must(t, p.Remove(listener))
	reader, err := sock.Accept(listener)
	must(t, err)
	owned(t, reader)
	return reader, writer
}
