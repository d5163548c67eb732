//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package main

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	if os.Getenv("DOCS") != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func docs(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "DOCS=yes", "GORACE=atexit_sleep_ms=0")
	return cmd
}

// started runs the program until the test ends, and returns its address.
func started(t *testing.T, args ...string) (cmd *exec.Cmd, address string) {
	t.Helper()
	cmd = docs(args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on http://")
	if !ok {
		t.Fatalf("its first line is %q, %v", line, err)
	}
	return cmd, strings.TrimSuffix(address, "/")
}

func TestItServesUntilASignal(t *testing.T) {
	begun := time.Now()
	cmd, address := started(t, "--addr", "127.0.0.1:0")
	answer, err := http.Get("http://" + address + "/")
	if err != nil {
		t.Fatal(err)
	}
	page, _ := io.ReadAll(answer.Body)
	answer.Body.Close()
	if took := time.Since(begun); answer.StatusCode != http.StatusOK || !strings.Contains(string(page), "On the Wire") || took > 5*time.Second {
		t.Errorf("status %d after %v", answer.StatusCode, took)
	}
	http.DefaultClient.CloseIdleConnections()
	cmd.Process.Signal(os.Interrupt)
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ends with %v", err)
	}
}

func TestTheNextFreePortIsTakenUnlessOneWasChosen(t *testing.T) {
	if taken, err := net.Listen("tcp", usual); err == nil { // else somebody else has it, which will do
		defer taken.Close()
	}
	if _, address := started(t); address == usual || !strings.HasPrefix(address, "127.0.0.1:88") {
		t.Errorf("it listens on %s", address)
	}
	chosen, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer chosen.Close()
	out, err := docs("--addr", chosen.Addr().String()).CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 || !strings.HasSuffix(string(out), "address already in use; another program has the port, try --addr 127.0.0.1:0\n") {
		t.Errorf("%v: %s", err, out)
	}
}

func TestAMistakeIsSaidInOneLine(t *testing.T) {
	out, err := docs("--colour").CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 2 || !strings.Contains(string(out), "Usage: docs") {
		t.Errorf("%v: %s", err, out)
	}
	elsewhere := docs()
	elsewhere.Dir = t.TempDir()
	out, err = elsewhere.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 || !strings.Contains(string(out), "there is no checkout") || strings.Count(string(out), "\n") != 1 {
		t.Errorf("%v: %s", err, out)
	}
}

func TestRudeClientsAreSurvived(t *testing.T) {
	_, address := started(t, "--addr", "127.0.0.1:0")
	dial := func(said string) net.Conn {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(conn, said)
		return conn
	}
	for said, want := range map[string]string{
		"GET / HTTP/1.1\r\n\r\n": "400",
		"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: 127.0.0.1\r\n\r\n":          "400",
		"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n":                           "421",
		"GET /lessons/%2e%2e/go.sum HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n":        "404",
		"GET /lessons/..%2f..%2fetc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n": "404",
		"NONSENSE\r\n\r\n": "400",
		"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + strings.Repeat("x", 64<<10): "431",
	} {
		conn := dial(said)
		conn.SetDeadline(time.Now().Add(10 * time.Second))
		line, err := bufio.NewReader(conn).ReadString('\n')
		conn.Close()
		if !strings.Contains(line, " "+want+" ") && !(strings.Contains(said, "%2e") && strings.Contains(line, " 307 ")) {
			t.Errorf("%.60q is answered %q, %v, want %s", said, line, err, want)
		}
	}
	// One who says half a request is hung up on, and keeps nobody waiting.
	slow := dial("GET / HTTP/1.1\r\nHost: 127")
	defer slow.Close()
	if answer, err := http.Get("http://" + address + "/README.md"); err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("meanwhile: %v", err)
	} else {
		answer.Body.Close()
	}
	slow.SetReadDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.ReadAll(slow); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("one who says half a request is waited for")
	}
	// One who resets is nobody else's trouble.
	rude := dial("GET / HTTP/1.1\r\n")
	rude.(*net.TCPConn).SetLinger(0)
	rude.Close()
	if answer, err := http.Get("http://" + address + "/README.md"); err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("after a reset: %v", err)
	} else {
		answer.Body.Close()
	}
}
