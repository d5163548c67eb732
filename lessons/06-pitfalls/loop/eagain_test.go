//go:build linux

package loop

import (
	"errors"
	"testing"

	"golang.org/x/sys/unix"

	"onthewire/lessons/06-pitfalls/pitfall/pitfalltest"
	"onthewire/lessons/internal/twelve"
)

func TestWhoPausesIsHungUpOn(t *testing.T) { pitfalltest.Falls(t, Eagain) }

func TestAResetIsAnErrorStill(t *testing.T) {
	p, err := newPair()
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(p.server)
	unix.SetsockoptLinger(p.client, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	unix.Write(p.client, []byte(twelve.Bytes))
	unix.Close(p.client)
	if got, err := (eagain{}).fixed(p.server, nil); !errors.Is(err, unix.ECONNRESET) {
		t.Errorf("%q, %v", got, err)
	}
}
