//go:build linux

package loop

import (
	"errors"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/06-pitfalls/epoll"
	"onthewire/lessons/06-pitfalls/pitfall/pitfalltest"
	"onthewire/lessons/internal/twelve"
)

func TestWhoHasNoMoreToAskIsHungUpOn(t *testing.T) { pitfalltest.Falls(t, Halfclose) }

func TestAClientThatEndsAndThenResetsIsLetGo(t *testing.T) {
	p, err := epoll.NewPair()
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(p.Server)
	poller, err := epoll.New()
	if err != nil {
		t.Fatal(err)
	}
	defer poller.Close()
	if err := poller.Add(p.Server, unix.EPOLLIN); err != nil {
		t.Fatal(err)
	}
	unix.Write(p.Client, []byte(twelve.Bytes))
	unix.Shutdown(p.Client, unix.SHUT_WR)
	s := longAnswers{poller: poller, fd: p.Server}
	for !s.ended { // the end may come as an event of its own
		if ready, err := poller.Wait(2 * time.Second); err != nil || len(ready) == 0 {
			t.Fatal(ready, err)
		}
		if err := s.handle(unix.EPOLLIN, halfclose{}.fixed); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.owed) == 0 {
		t.Fatal("nothing is owed to a client that has not read")
	}
	unix.SetsockoptLinger(p.Client, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	unix.Close(p.Client)
	ready, err := poller.Wait(2 * time.Second)
	if err != nil || len(ready) == 0 {
		t.Fatal("the reset is not reported", err)
	}
	if err := s.handle(ready[0].Events, halfclose{}.fixed); !errors.Is(err, unix.EPIPE) && !errors.Is(err, unix.ECONNRESET) {
		t.Errorf("the server says %v", err)
	}
}
