package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"onthewire/lessons/internal/devcert"
)

func TestFilesComeAndGoAndMistakesAreAnsweredInOneLine(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "notes.txt"), []byte("twelve bytes"), 0o640); err != nil {
		t.Fatal(err)
	}
	serves := func(args ...string) string {
		return start(t, append([]string{"files", "serve", "--root", root, "--addr", "127.0.0.1:0", "--no-sync"}, args...)...).next("listening on ")
	}
	another, err := devcert.LoadFrom(filepath.Join(t.TempDir(), "another"))
	if err != nil {
		t.Fatal(err)
	}
	echo := start(t, "serve", "--addr", "127.0.0.1:0").next("listening on ")
	settings := map[string]string{
		"XDG_CACHE_HOME": os.Getenv("XDG_CACHE_HOME"),
		"SERVE":          serves(), "READONLY": serves("--read-only"), "LIMITED": serves("--limit", "4"),
		"ANOTHER": another.Path(), "ECHO": echo,
	}
	testscript.Run(t, testscript.Params{
		Files: []string{"testdata/files.txtar"},
		Setup: func(env *testscript.Env) error {
			for name, value := range settings {
				env.Setenv(name, value)
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
	})
}

func TestAnInterruptSaysWhatGoesOn(t *testing.T) {
	t.Parallel()
	root, into := t.TempDir(), t.TempDir()
	file, err := os.Create(filepath.Join(root, "it's large"))
	if err != nil {
		t.Fatal(err)
	}
	const size = 8 << 30 // holes: nobody waits until they have come
	if err := file.Truncate(size); err != nil {
		t.Fatal(err)
	}
	file.Close()
	address := start(t, "files", "serve", "--root", root, "--addr", "127.0.0.1:0", "--no-sync").next("listening on ")
	cmd := lesson4("files", "get", "--addr", address, "--no-sync", "-o", into, "it's large")
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		parts, _ := filepath.Glob(filepath.Join(into, ".wire-*.part"))
		if len(parts) == 1 {
			if about, err := os.Stat(parts[0]); err == nil && about.Size() > 0 {
				break
			}
		}
		if time.Now().After(deadline) {
			t.Fatal("nothing has come")
		}
	}
	cmd.Process.Signal(syscall.SIGINT)
	cmd.Wait()
	if cmd.ProcessState.ExitCode() != 130 || !strings.HasSuffix(said.String(), ` -o `+into+` 'it'\''s large'`+"\ninterrupted\n") {
		t.Errorf("it exits with %d and says %q", cmd.ProcessState.ExitCode(), said.String())
	}
	if states, _ := filepath.Glob(filepath.Join(into, ".wire-*.state")); len(states) != 1 {
		t.Errorf("beside the part there are %d states", len(states))
	}
}
