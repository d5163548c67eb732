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

func TestWhoPausesIsHungUpOn(t *testing.T) { pitfalltest.Falls(t, Eagain) }

func TestAResetIsAnErrorStill(t *testing.T) {
	p, err := epoll.NewPair()
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(p.Server)
	unix.SetsockoptLinger(p.Client, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	unix.Write(p.Client, []byte(twelve.Bytes))
	unix.Close(p.Client)
	if got, err := (eagain{}).fixed(p.Server, nil); !errors.Is(err, unix.ECONNRESET) {
		t.Errorf("%q, %v", got, err)
	}
}
