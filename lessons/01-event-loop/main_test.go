//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"onthewire/lessons/01-event-loop/clients"
)

// The program itself, as a person runs it: what it prints and how it exits.

func TestMain(m *testing.M) {
	if os.Getenv("LESSON1") != "" {
		main()
	}
	testscript.Main(m, map[string]func(){"lesson1": main})
}

func TestMistakesAreAnsweredInOneLine(t *testing.T) {
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { taken.Close() }) // the script runs in parallel, after this function
	testscript.Run(t, testscript.Params{
		Files: []string{"testdata/mistakes.txtar"},
		Setup: func(env *testscript.Env) error {
			env.Setenv("TAKEN", taken.Addr().String())
			file := env.WorkDir + "/taken"
			line, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			return os.WriteFile(file, bytes.ReplaceAll(line, []byte("$TAKEN"), []byte(taken.Addr().String())), 0o600)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": func(ts *testscript.TestScript, _ bool, args []string) {
				want, err := strconv.Atoi(args[0])
				ts.Check(err)
				err = ts.Exec(args[1], args[2:]...)
				exit, ok := errors.AsType[*exec.ExitError](err)
				if !ok || exit.ExitCode() != want {
					ts.Fatalf("%v: want exit status %d", err, want)
				}
			},
		},
	})
}

func TestAPrivilegedPortIsRefusedInOneLine(t *testing.T) {
	cmd := lesson1("serve", "--addr", "127.0.0.1:80")
	if os.Geteuid() == 0 { // then it has to be somebody else, who must be able to read the program
		cmd.Path = readable(t, cmd.Path)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	cmd.Dir = "/"
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(5*time.Second, func() { cmd.Process.Kill() })
	defer timer.Stop()
	line, _ := io.ReadAll(out)
	cmd.Wait()
	if !timer.Stop() {
		t.Skip("everybody may bind port 80 here: sysctl net.ipv4.ip_unprivileged_port_start=1024")
	}
	want := "listen 127.0.0.1:80: bind: permission denied; ports below 1024 need CAP_NET_BIND_SERVICE, try --addr 127.0.0.1:0\n"
	if string(line) != want {
		t.Errorf("it says %q, want %q", line, want)
	}
}

func TestAServerSaysWhereItListensAndStopsOnASignal(t *testing.T) {
	for _, test := range []struct {
		signal os.Signal
		args   []string
	}{
		{syscall.SIGINT, nil},
		{syscall.SIGTERM, nil},
		{syscall.SIGTERM, []string{"--idle", "10s", "--max-pending", "4096"}},
		{syscall.SIGINT, []string{"--engine", "tiny"}},
	} {
		t.Run(test.signal.String()+" "+strings.Join(test.args, " "), func(t *testing.T) {
			cmd := lesson1(append([]string{"serve", "--addr", "127.0.0.1:0"}, test.args...)...)
			address := started(t, cmd)
			conn, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			conn.SetDeadline(time.Now().Add(clients.Timeout))
			if _, err := (clients.Client{TCPConn: conn.(*net.TCPConn)}).Echo(); err != nil {
				t.Fatal(err)
			}
			begun := time.Now()
			cmd.Process.Signal(test.signal)
			if err := cmd.Wait(); err != nil {
				t.Errorf("it exits with %v, want 0", err)
			}
			if took := time.Since(begun); took > 5*time.Second {
				t.Errorf("it took %v to stop", took)
			}
		})
	}
}

// A client that has sent much and reads nothing keeps the drain waiting, for a second. On
// a busy machine the second signal may come too late for that, so there are a few tries.
func TestASecondSignalEndsTheServerAtOnce(t *testing.T) {
	var err error
	for range 5 {
		cmd := lesson1("serve", "--addr", "127.0.0.1:0")
		address := started(t, cmd)
		sendUntilFull(t, address)
		cmd.Process.Signal(os.Interrupt)
		refused(t, address) // from here on it is draining
		cmd.Process.Signal(os.Interrupt)
		err = cmd.Wait()
		if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGINT {
			return
		}
	}
	t.Errorf("it ends with %v, want to be killed by SIGINT", err)
}

// sendUntilFull sends without reading until the server takes no more.
func sendUntilFull(t *testing.T, address string) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetWriteDeadline(time.Now().Add(200 * time.Millisecond))
	if _, err := io.Copy(conn, io.LimitReader(clients.Noise(), 64<<20)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("the server took 64 MiB from a client that does not read: %v", err)
	}
}

// readable copies a program to where every user may run it.
func readable(t *testing.T, program string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "lesson1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	binary, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(dir, "lesson1")
	if err := errors.Join(os.Chmod(dir, 0o755), os.WriteFile(copied, binary, 0o755)); err != nil {
		t.Fatal(err)
	}
	return copied
}

func lesson1(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "LESSON1=1")
	return cmd
}

// started starts a server and returns the address that its first line names.
func started(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on 127.0.0.1:")
	if err != nil || !ok {
		t.Fatalf("its first line is %q (%v), want listening on 127.0.0.1:PORT", line, err)
	}
	return "127.0.0.1:" + address
}

// refused waits until nobody listens on the address any more.
func refused(t *testing.T, address string) {
	t.Helper()
	for end := time.Now().Add(clients.Timeout); time.Now().Before(end); {
		conn, err := net.Dial("tcp", address)
		if errors.Is(err, syscall.ECONNREFUSED) {
			return
		}
		if err == nil {
			conn.Close()
		}
	}
	t.Fatal("the server still accepts")
}
