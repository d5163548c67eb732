//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package poller_test

import (
	"testing"

	"onthewire/lessons/01-event-loop/poller"
	"onthewire/lessons/01-event-loop/sock"
	"onthewire/lessons/internal/leak"
)

// A client is one connection. A message from it is a wish for something from the disk.
type client struct {
	fd     int
	closed bool
}

// A diskLoop serves clients of whom some need a slow disk.
type diskLoop struct {
	*poller.Poller
	later chan func() // what others have left for the loop to do
	done  bool
}

// ask leaves the waiting to a goroutine, and comes back at once.
func (l *diskLoop) ask(c *client, disk func() string) {
	go func() {
		answer := disk() // sleeps here, and nobody else does
		l.later <- func() {
			if !c.closed { // c may have gone meanwhile, and its number be a newcomer's
				sock.Write(c.fd, []byte(answer))
			}
		}
		l.Wake() // the message first, then the wake
	}()
}

// run is the loop. One wake may stand for many messages, so it takes all that are there.
func (l *diskLoop) run(handle func(poller.Event)) error {
	events := make([]poller.Event, 8)
	for !l.done {
		n, err := l.Wait(events, -1)
		if err != nil {
			return err
		}
		for len(l.later) > 0 {
			(<-l.later)()
		}
		for _, ev := range events[:n] {
			handle(ev)
		}
	}
	return nil
}

// The first client waits for the disk, which does not answer before the second client has
// had its answer. If the handler slept, neither would ever get one.
func TestAHandlerThatLeavesASlowDiskToAWorkerHoldsUpNobody(t *testing.T) {
	leak.Check(t)
	l := &diskLoop{Poller: open(t), later: make(chan func(), 8)}
	slow, slowPeer := tcpPair(t)
	quick, quickPeer := tcpPair(t)
	must(t, l.Add(slow, poller.Readable))
	must(t, l.Add(quick, poller.Readable))

	turn := make(chan string)
	asked := &client{fd: slow}
	ended := make(chan error, 1)
	go func() {
		ended <- l.run(func(ev poller.Event) {
			buf := make([]byte, 64)
			n, err := sock.Read(ev.FD, buf)
			if err != nil {
				t.Error(err)
			}
			if ev.FD == slow {
				l.ask(asked, func() string { return <-turn })
			} else {
				sock.Write(quick, buf[:n])
			}
		})
	}()

	say(t, slowPeer, "a file, please\n")
	for range 3 {
		say(t, quickPeer, "hello, wire\n")
		hear(t, quickPeer, "hello, wire\n")
	}
	turn <- "what the disk says\n"
	hear(t, slowPeer, "what the disk says\n")

	l.later <- func() { l.done = true } // to stop is a message like any other
	must(t, l.Wake())
	must(t, <-ended)
}

// A client whose file comes too late for it: the answer reaches no newcomer.
func TestAnAnswerThatComesTooLateGoesToNobody(t *testing.T) {
	leak.Check(t)
	l := &diskLoop{Poller: open(t), later: make(chan func(), 8)}
	fd, peer := tcpPair(t)
	gone := &client{fd: fd, closed: true} // and its number is somebody else's by now
	l.ask(gone, func() string { return "not for you\n" })
	mustWake(t, l.Poller)
	(<-l.later)()
	say(t, fd, "for you\n")
	hear(t, peer, "for you\n")
}

func say(t *testing.T, fd int, message string) {
	t.Helper()
	_, err := sock.Write(fd, []byte(message))
	must(t, err)
}

// hear waits for what a descriptor has to read, and reads it.
func hear(t *testing.T, fd int, want string) {
	t.Helper()
	p := open(t)
	must(t, p.Add(fd, poller.Readable))
	expect(t, p, fd, poller.Event{Readable: true})
	must(t, p.Remove(fd))
	buf := make([]byte, 64)
	n, err := sock.Read(fd, buf)
	must(t, err)
	if got := string(buf[:n]); got != want {
		t.Fatalf("heard %q, want %q", got, want)
	}
}
