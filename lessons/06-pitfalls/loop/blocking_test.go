//go:build linux

package loop

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/06-pitfalls/epoll"
	"onthewire/lessons/06-pitfalls/pitfall/pitfalltest"
)

func TestEverybodyWaitsForTheFileOfOne(t *testing.T) { pitfalltest.Falls(t, Blocking) }

func TestWhoAsksForTheFileAndHangsUpHarmsNobody(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(fromFile), 0o600); err != nil {
		t.Fatal(err)
	}
	rude, err := epoll.NewPair()
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(rude.Server)
	other, err := epoll.NewPair()
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	s, err := serve(path, blocking{}.fixed, rude.Server, other.Server)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	unix.SetsockoptLinger(rude.Client, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	unix.Write(rude.Client, []byte(fromFile))
	unix.Close(rude.Client)
	unix.Write(other.Client, []byte(fromFile))
	got := make([]byte, 1)
	if !epoll.Readable(other.Client, 2*time.Second) {
		t.Fatal("the other client waits in vain")
	}
	if n, err := unix.Read(other.Client, got); n != 1 || string(got) != fromFile {
		t.Errorf("%q, %v", got, err)
	}
}
