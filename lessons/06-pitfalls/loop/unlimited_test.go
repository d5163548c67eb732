//go:build linux

package loop

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/06-pitfalls/epoll"
	"onthewire/lessons/06-pitfalls/pitfall/pitfalltest"
)

func TestWhoAsksAndDoesNotReadFillsTheServer(t *testing.T) { pitfalltest.Falls(t, Unlimited) }

func TestAGluttonThatNeverReadsIsOwedNoMoreThanTheLimitAndAnAnswer(t *testing.T) {
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
	if err := poller.Add(p.Server, unix.EPOLLIN); err != nil {
		t.Fatal(err)
	}
	s := generous{poller: poller, fd: p.Server, watched: unix.EPOLLIN}
	flood := make([]byte, 64<<10)
	for sent := 0; s.watched&unix.EPOLLIN != 0; {
		n, err := unix.Write(p.Client, flood)
		if err != nil && err != unix.EAGAIN {
			t.Fatal(err)
		}
		sent += max(n, 0)
		ready, err := poller.Wait(2 * time.Second)
		if err != nil || len(ready) == 0 {
			t.Fatalf("no event after %d requests, %v", sent, err)
		}
		if err := s.handle(ready[0].Events, unlimited{}.fixed); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.owed) <= most || s.peak > most+each {
		t.Errorf("%d bytes are owed, %d at most", len(s.owed), s.peak)
	}
	for { // the kernel keeps what the server does not hear, and then it is full too
		if _, err := unix.Write(p.Client, flood); err == unix.EAGAIN {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
