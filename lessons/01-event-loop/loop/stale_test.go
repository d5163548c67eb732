//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package loop

import (
	"context"
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"onthewire/lessons/01-event-loop/poller"
	"onthewire/lessons/01-event-loop/sock"
)

// A batch that names a descriptor twice, and in between lets a client in. If the first
// event closed the descriptor, the newcomer would get its number, and the last event
// would close the newcomer.
func TestAStaleEventHitsNobody(t *testing.T) {
	fds, at, err := sock.Listen(context.Background(), "127.0.0.1:0", 1)
	if err != nil {
		t.Fatal(err)
	}
	p, err := poller.New()
	if err != nil {
		t.Fatal(err)
	}
	l := &loop{
		Server: &Server{MaxPending: 1 << 10}, poller: p, now: time.Now(), listener: fds[0],
		buf: make([]byte, buffer),
	}
	defer l.closeAll()

	dial := func() net.Conn {
		c, err := net.Dial("tcp", at.String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		c.SetDeadline(time.Now().Add(10 * time.Second))
		return c
	}
	accept := func() {
		before := l.clients
		for end := time.Now().Add(10 * time.Second); l.clients == before && time.Now().Before(end); {
			if err := l.accept(); err != nil {
				t.Fatal(err)
			}
		}
	}
	dial()
	accept()
	old := slices.IndexFunc(l.conns, func(c *conn) bool { return c != nil })

	newcomer := dial()
	l.handle(poller.Event{FD: old, Error: true})
	accept()
	l.handle(poller.Event{FD: old, Error: true})
	if err := l.sweep(); err != nil {
		t.Fatal(err)
	}

	if l.clients != 1 {
		t.Fatalf("%d connections are left, want the newcomer", l.clients)
	}
	io.WriteString(newcomer, "hello, wire\n")
	events := make([]poller.Event, 8)
	n, err := p.Wait(events, 10*time.Second)
	if err != nil || n != 1 {
		t.Fatalf("Wait = %d, %v", n, err)
	}
	l.handle(events[0])
	answer := make([]byte, 12)
	if _, err := io.ReadFull(newcomer, answer); err != nil {
		t.Errorf("the newcomer was hit by an event that was not its own: %v", err)
	}
}
