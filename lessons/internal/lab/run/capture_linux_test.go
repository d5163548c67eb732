package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// An ordinary user runs it, who may read the program but not write beside it.
func TestACaptureThatMayNotBeWrittenIsAboutTheFile(t *testing.T) {
	dir, err := os.MkdirTemp("", "lab")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	program, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	lab, file := filepath.Join(dir, "lab"), filepath.Join(dir, "x")
	if err := errors.Join(os.WriteFile(lab, program, 0o755), os.Chmod(dir, 0o555)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(lab, "--capture", file, "--", "true")
	cmd.Dir = dir
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	said, err := cmd.CombinedOutput()
	if strings.HasPrefix(string(said), "lab: ") {
		t.Skipf("an ordinary user has no lab here: %s", said)
	}
	want := "open " + file + ": permission denied; this user may not write there, try a file in " + os.TempDir() + "\n"
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 || string(said) != want {
		t.Errorf("it ends with %v and says %q, want 1 and %q", err, said, want)
	}
}
