package lessons

import (
	"os/exec"
	"path/filepath"
	"testing"

	"onthewire/lessons/internal/servertest"
)

// The reader cannot import the suite, so the suite starts the reader.
func TestTheReaderStandsWhatClientsDo(t *testing.T) {
	program := filepath.Join(t.TempDir(), "docs")
	if out, err := exec.Command("go", "build", "-o", program, "../docs/reader").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	servertest.Run(t, servertest.Server{
		Command: func(servertest.Settings) *exec.Cmd { return exec.Command(program, "--addr", "127.0.0.1:0") },
		Talk:    servertest.Get("/-/reader.css", 16<<10),
	})
}
