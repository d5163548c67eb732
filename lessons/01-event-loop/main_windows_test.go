package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/windows"

	"onthewire/lessons/01-event-loop/clients"
)

// The program itself, as a person runs it on Windows.

func TestMain(m *testing.M) {
	if os.Getenv("LESSON1") != "" {
		main()
	}
	os.Exit(m.Run())
}

func TestTheDemoEndsByItself(t *testing.T) {
	cmd := lesson1(t, "demo", "--clients", "100")
	cmd.Env = append(cmd.Env, "LC_ALL=C")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, sentence := range []string{
		"AFD",
		"was asleep in one system call: 0 wake-ups",
		"1 of 102 ready",
		"read 12, write 12",
		"16,777,216 bytes, every one in order",
		"closed those 10; the other 90 are answered as before",
		"none was lost",
	} {
		if !bytes.Contains(out, []byte(sentence)) {
			t.Errorf("it does not say %q:\n%s", sentence, out)
		}
	}
}

func TestAServerSaysWhereItListensAndStopsOnCtrlBreak(t *testing.T) {
	for _, engine := range []string{"loop", "tiny", "goroutines", "iocp"} {
		t.Run(engine, func(t *testing.T) {
			cmd := lesson1(t, "serve", "--addr", "127.0.0.1:0", "--engine", engine)
			cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP} // or it would end us too
			c, err := clients.Dial(t.Context(), started(t, cmd))
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if _, err := c.Echo(); err != nil {
				t.Fatal(err)
			}
			begun := time.Now()
			if err := windows.GenerateConsoleCtrlEvent(windows.CTRL_BREAK_EVENT, uint32(cmd.Process.Pid)); err != nil {
				t.Skipf("this process has no console to press Ctrl-Break in: %v", err)
			}
			if err := cmd.Wait(); err != nil {
				t.Errorf("it exits with %v, want 0", err)
			}
			if took := time.Since(begun); took > 5*time.Second {
				t.Errorf("it took %v to stop", took)
			}
		})
	}
}

func TestATakenPortIsRefusedInOneLine(t *testing.T) {
	address := started(t, lesson1(t, "serve", "--addr", "127.0.0.1:0"))
	for _, engine := range []string{"loop", "tiny", "goroutines", "iocp"} {
		out, err := lesson1(t, "serve", "--engine", engine, "--addr", address.String()).CombinedOutput()
		if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 ||
			bytes.Count(out, []byte("\n")) != 1 || !bytes.Contains(out, []byte("another program has the port")) {
			t.Errorf("%s: it ends with %v and says %q", engine, err, out)
		}
	}
}

func TestWhatDoesNotRunHereSaysWhatDoes(t *testing.T) {
	for _, engine := range []string{"threads", "uring"} {
		out, err := lesson1(t, "serve", "--engine", engine, "--addr", "127.0.0.1:0").CombinedOutput()
		if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 ||
			bytes.Count(out, []byte("\n")) != 1 || !bytes.Contains(out, []byte("run here too")) && !bytes.Contains(out, []byte("runs here too")) {
			t.Errorf("%s: it ends with %v and says %q", engine, err, out)
		}
	}
}

// lesson1 is this program, to be started.
func lesson1(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Env = append(os.Environ(), "LESSON1=1")
	return cmd
}

// started starts a server and returns the address that it says it listens on.
func started(t *testing.T, cmd *exec.Cmd) netip.AddrPort {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	line, _ := bufio.NewReader(out).ReadString('\n')
	address, err := netip.ParseAddrPort(strings.TrimSpace(strings.TrimPrefix(line, "listening on ")))
	if err != nil {
		t.Fatalf("its first line is %q", line)
	}
	return address
}
