//go:build linux

package loop

import (
	"errors"
	"testing"

	"golang.org/x/sys/unix"

	"onthewire/lessons/06-pitfalls/epoll"
	"onthewire/lessons/06-pitfalls/pitfall/pitfalltest"
	"onthewire/lessons/internal/twelve"
)

func TestWhatAWriteHasNotTakenIsLost(t *testing.T) { pitfalltest.Falls(t, Partial) }

func TestAPeerThatTakesNothingCostsNoByteAndOneThatResetsIsAnError(t *testing.T) {
	p, err := epoll.NewPair()
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(p.Server)
	for {
		n, err := unix.Write(p.Server, make([]byte, 4096))
		if err == unix.EAGAIN {
			break
		}
		if err != nil {
			t.Fatal(n, err)
		}
	}
	pending := []byte(twelve.Bytes)
	if pending, err = (partial{}).fixed(p.Server, pending); err != nil || string(pending) != twelve.Bytes {
		t.Errorf("%q, %v", pending, err)
	}
	unix.SetsockoptLinger(p.Client, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	unix.Close(p.Client)
	if _, err = (partial{}).fixed(p.Server, pending); !errors.Is(err, unix.ECONNRESET) {
		t.Errorf("the write says %v", err)
	}
}
