package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The test's own binary is the program when it is asked to be.
func TestMain(m *testing.M) {
	if os.Getenv("BE_DOCS") != "" {
		main()
	}
	os.Exit(m.Run())
}

// program is docs with these words, in a folder.
func program(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, own, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "BE_DOCS=1")
	return cmd
}

// start starts it, and returns the address in its first line.
func start(t *testing.T, args ...string) (cmd *exec.Cmd, url string) {
	t.Helper()
	cmd = program(t, ".", args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("it says %q: %v", line, err)
	}
	return cmd, strings.TrimSpace(line)
}

func TestTheFirstLineIsAnAddressThatAnswersAndASignalEndsIt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such signals")
	}
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		begin := time.Now()
		cmd, url := start(t, "--addr", "127.0.0.1:0")
		response, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		t.Logf("its first page came after %v", time.Since(begin))
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("after %v: %v", signal, err)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestATakenPortIsPassedOverUnlessItWasAskedFor(t *testing.T) {
	held, err := net.Listen("tcp", home)
	if err == nil {
		defer held.Close() // if not, another program holds it, which is as good
	}
	_, url := start(t)
	if strings.Contains(url, ":8800/") || !strings.HasPrefix(url, "http://127.0.0.1:88") {
		t.Errorf("it took %s", url)
	}
	out, err := program(t, ".", "--addr", home).CombinedOutput()
	if status(err) != 1 || bytes.Count(out, []byte("\n")) != 1 || !strings.Contains(string(out), "try --addr") {
		t.Errorf("asked for a taken port it ends with %v and says %s", err, out)
	}
}

func TestAWrongCommandLineGetsTheUsage(t *testing.T) {
	for _, args := range [][]string{{"--nonsense"}, {"word"}, {"--addr"}} {
		out, err := program(t, ".", args...).CombinedOutput()
		if status(err) != 2 || !strings.Contains(string(out), "Usage: docs") {
			t.Errorf("%q: %v and %s", args, err, out)
		}
	}
	out, err := program(t, ".", "--help").CombinedOutput()
	if status(err) != 0 || !strings.Contains(string(out), "Usage: docs") {
		t.Errorf("--help: %v and %s", err, out)
	}
}

func TestOutsideACheckoutItSaysSoInOneLine(t *testing.T) {
	dir := t.TempDir()
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(dir, filepath.Base(own))
	from, err := os.Open(own)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	to, err := os.OpenFile(copied, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(to, from)
	if to.Close() != nil || err != nil {
		t.Fatal(err)
	}
	cmd := program(t, dir)
	cmd.Path = copied
	out, err := cmd.CombinedOutput()
	if status(err) != 1 || bytes.Count(out, []byte("\n")) != 1 || !strings.Contains(string(out), "is a checkout") {
		t.Errorf("it ends with %v and says %s", err, out)
	}
}

func status(err error) int {
	if err == nil {
		return 0
	}
	if exit, ok := err.(*exec.ExitError); ok {
		return exit.ExitCode()
	}
	return -1
}

func TestAPageThatIsAskedForIsSentToItsEndWhenASignalComes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such signals")
	}
	cmd, url := start(t, "--addr", "127.0.0.1:0")
	conn, err := net.Dial("tcp", strings.Trim(strings.TrimPrefix(url, "http://"), "/"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	io.WriteString(conn, "GET /-/theme.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
	answers := bufio.NewReader(conn)
	if first, err := http.ReadResponse(answers, nil); err != nil { // now it serves
		t.Fatal(err)
	} else if _, err := io.Copy(io.Discard, first.Body); err != nil {
		t.Fatal(err)
	}
	io.WriteString(conn, get("/lessons/01-event-loop/README.md")) // which has to be rendered first
	time.AfterFunc(20*time.Millisecond, func() { cmd.Process.Signal(syscall.SIGTERM) })
	answer, err := io.ReadAll(answers)
	if err != nil || !bytes.Contains(answer, []byte("</html>")) {
		t.Errorf("%d bytes of the page came: %v", len(answer), err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
