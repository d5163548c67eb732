//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package poller_test

import (
	"errors"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/01-event-loop/poller"
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
	_, err := unix.Write(fd, []byte("hello, wire\n"))
	must(t, err)
}

func receive(t *testing.T, fd int) int {
	t.Helper()
	n, err := unix.Read(fd, make([]byte, 64<<10))
	must(t, err)
	return n
}

// fill writes until the kernel takes no more, and goes on taking no more.
func fill(t *testing.T, p *poller.Poller, fd int) (sent int) {
	t.Helper()
	must(t, p.Add(fd, poller.Writable))
	defer p.Remove(fd)
	for {
		n, err := unix.Write(fd, make([]byte, 64<<10))
		if err == nil {
			sent += n
			continue
		}
		if err != unix.EAGAIN {
			t.Fatal(err)
		}
		ready, err := p.Wait(make([]poller.Event, 1), 20*time.Millisecond)
		must(t, err)
		if ready == 0 {
			return sent
		}
	}
}

// owned makes descriptors non-blocking and closes them after the test, unless hangUp has.
func owned(t *testing.T, fds ...int) {
	t.Helper()
	for _, fd := range fds {
		must(t, unix.SetNonblock(fd, true))
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
	must(t, unix.Close(fd))
}

func pipePair(t *testing.T) (reader, writer int) {
	var fds [2]int
	must(t, unix.Pipe(fds[:]))
	owned(t, fds[:]...)
	return fds[0], fds[1]
}

func unixPair(t *testing.T) (reader, writer int) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	must(t, err)
	owned(t, fds[:]...)
	return fds[0], fds[1]
}

func udpPair(t *testing.T) (reader, writer int) {
	reader, at := bound(t, unix.SOCK_DGRAM)
	writer, _ = bound(t, unix.SOCK_DGRAM)
	must(t, unix.Connect(writer, at))
	return reader, writer
}

func tcpListener(t *testing.T) int {
	fd, _ := bound(t, unix.SOCK_STREAM)
	must(t, unix.Listen(fd, 16))
	return fd
}

func tcpConnect(t *testing.T, listener int) int {
	at, err := unix.Getsockname(listener)
	must(t, err)
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	must(t, err)
	must(t, unix.Connect(fd, at))
	owned(t, fd)
	return fd
}

func tcpPair(t *testing.T) (reader, writer int) {
	listener := tcpListener(t)
	writer = tcpConnect(t, listener)
	reader, _, err := unix.Accept(listener)
	must(t, err)
	owned(t, reader)
	return reader, writer
}

func bound(t *testing.T, kind int) (fd int, at unix.Sockaddr) {
	fd, err := unix.Socket(unix.AF_INET, kind, 0)
	must(t, err)
	owned(t, fd)
	must(t, unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	at, err = unix.Getsockname(fd)
	must(t, err)
	return fd, at
}
