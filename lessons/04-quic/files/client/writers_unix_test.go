//go:build unix

package client

import (
	"syscall"
	"testing"

	"onthewire/lessons/internal/leak"
)

// Two programs that fetch one name into one folder: a lock tells the second, whatever the
// first is doing.
func TestTheSecondOfTwoProgramsThatWriteANameIsToldAndTheFileIsWhole(t *testing.T) {
	leak.Check(t)
	there, here, trust := t.TempDir(), t.TempDir(), t.TempDir()
	write(t, there+"/a", 8<<20)
	_, address := childServer(t, there, trust, "127.0.0.1:0")
	first := child(t, "get", here, trust, address)
	must(t, first.Start())
	arrived(here, 1)
	must(t, first.Process.Signal(syscall.SIGSTOP))
	second := child(t, "get", here, trust, address)
	out, err := second.CombinedOutput()
	must(t, first.Process.Signal(syscall.SIGCONT))
	if want := "get a: somebody else is writing a file of that name\n"; err == nil || string(out) != want {
		t.Errorf("the second says %q, %v", out, err)
	}
	must(t, first.Wait())
	equal(t, there+"/a", here+"/a")
	if left(t, here) > 0 {
		t.Error("a part is left")
	}
}
