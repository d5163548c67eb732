package main

import (
	"bufio"
	"bytes"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"onthewire/lessons/internal/servertest"
)

func TestADemoEndsWhenItsServerFails(t *testing.T) {
	cmd := lesson1("demo")
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer time.AfterFunc(30*time.Second, func() { cmd.Process.Kill() }).Stop()
	var last string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if last = lines.Text(); strings.Contains(last, "connections") { // now it is silent for a second
			servertest.BreakListeners(t, cmd.Process.Pid)
		}
	}
	err = cmd.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 || !strings.Contains(said.String(), "accept: invalid argument") {
		t.Errorf("it ends with %v and says %q, want 1 and accept's EINVAL", err, said.String())
	}
	if !strings.Contains(last, "connections") {
		t.Errorf("it went on to say %q", last)
	}
}
