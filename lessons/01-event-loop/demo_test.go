//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package main

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestTheDemoEndsByItselfAndNeedsLittle(t *testing.T) {
	cmd := lesson1("demo", "--clients", "40")
	cmd.Env = append(cmd.Env, "LC_ALL=C")
	begun := time.Now()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	fits(t, 80, string(out))
	for _, sentence := range []string{
		"was asleep in one system call: 0 wake-ups",
		"1 of 42 ready",
		"read 12, write 12",
		"16,777,216 bytes, every one in order",
		"closed those 4; the other 36 are answered as before",
		"none was lost",
	} {
		if !bytes.Contains(out, []byte(sentence)) {
			t.Errorf("it does not say %q:\n%s", sentence, out)
		}
	}
}

func TestAnInterruptedDemoSaysSo(t *testing.T) {
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
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.Contains(lines.Text(), "connections") { // now it is silent for a second
			cmd.Process.Signal(os.Interrupt)
		}
	}
	err = cmd.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 130 || said.String() != "interrupted\n" {
		t.Errorf("it ends with %v and says %q, want 130 and \"interrupted\"", err, said.String())
	}
}

// A shell sets the limit, because Go raises its own and gives its children the first one.
func TestADemoWithoutDescriptorsSaysHowManyItNeeds(t *testing.T) {
	cmd := lesson1()
	cmd.Args = []string{"sh", "-c", `ulimit -Sn 50; ulimit -Hn 50; exec "$0" demo`, cmd.Path}
	cmd.Path = "/bin/sh"
	out, err := cmd.CombinedOutput()
	want := "this process may open 50 descriptors, and the story needs 64: try ulimit -n 64\n"
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 || string(out) != want {
		t.Errorf("it ends with %v and says %q, want 1 and %q", err, out, want)
	}
}
