//go:build linux

package accept

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/06-pitfalls/epoll"
	"onthewire/lessons/06-pitfalls/pitfall/pitfalltest"
)

func TestAListenerThatCannotAcceptIsReadyForEver(t *testing.T) { pitfalltest.Falls(t, Emfile) }

func TestAClientThatHasResetInTheQueueIsAcceptedAndClosed(t *testing.T) {
	listener, at, err := epoll.Listen()
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(listener)
	poller, err := epoll.New()
	if err != nil {
		t.Fatal(err)
	}
	defer poller.Close()
	if err := poller.Add(listener, unix.EPOLLIN); err != nil {
		t.Fatal(err)
	}
	const many = 10
	for range many {
		fd, err := epoll.Connect(at)
		if err != nil {
			t.Fatal(err)
		}
		unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
		unix.Close(fd)
	}
	l := loop{poller: poller, listener: listener, accept: emfile{}.fixed, conns: make(map[int]bool)}
	if _, err := l.run(2*time.Second, func() bool { return l.accepted == many && len(l.conns) == 0 }); err != nil {
		t.Fatal(err)
	}
	if l.accepted != many || len(l.conns) != 0 {
		t.Errorf("%d are accepted, %d are open", l.accepted, len(l.conns))
	}
	if fd, err := l.accept(poller, listener); fd != -1 || err != nil {
		t.Errorf("an empty queue gives %d, %v", fd, err)
	}
}
