//go:build linux

package loop

import (
	"errors"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/06-pitfalls/epoll"
	"onthewire/lessons/06-pitfalls/pitfall/pitfalltest"
)

func TestWhoIsNotRegisteredIsNotHeard(t *testing.T) { pitfalltest.Falls(t, Register) }

func TestAClientThatResetsBeforeItSpeaksIsReportedToo(t *testing.T) {
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
	client, err := epoll.Connect(at)
	if err != nil {
		t.Fatal(err)
	}
	unix.SetsockoptLinger(client, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	unix.Close(client)
	if !epoll.Readable(listener, time.Second) {
		t.Fatal("nobody has come")
	}
	fd, err := register{}.fixed(poller, listener)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	ready, err := poller.Wait(time.Second)
	if err != nil || len(ready) != 1 || ready[0].Events&unix.EPOLLERR == 0 {
		t.Errorf("%v, %v", ready, err)
	}
	if _, err := unix.Read(fd, make([]byte, 1)); !errors.Is(err, unix.ECONNRESET) {
		t.Errorf("the read says %v", err)
	}
}
