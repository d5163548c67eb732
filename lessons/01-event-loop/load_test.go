//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"

	"onthewire/lessons/01-event-loop/load"
)

func TestLoadTalksToTheServer(t *testing.T) {
	address := started(t, lesson1("serve", "--addr", "127.0.0.1:0"))
	out, err := lesson1("load", "--addr", address, "--conns", "20", "--for", "100ms").Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, part := range []string{address + ": 20 connections of 64 bytes", "faults      none", "p99.99"} {
		if !bytes.Contains(out, []byte(part)) {
			t.Errorf("it does not say %q:\n%s", part, out)
		}
	}
	fits(t, 80, string(out))

	out, err = lesson1("load", "--addr", address, "--conns", "3", "--pipeline", "4", "--for", "100ms", "--json").Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var r struct {
		Connections, Payload, Pipeline, Answered int
		RoundTrip                                map[string]float64 `json:"round_trip_us"`
		Faults                                   load.Faults
	}
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if r.Connections != 3 || r.Payload != 64 || r.Pipeline != 4 || r.Answered == 0 || r.Faults.Any() {
		t.Errorf("%s", out)
	}
	if trip := r.RoundTrip; trip["p50"] <= 0 || trip["p50"] > trip["p99"] || trip["p99"] > trip["p100"] {
		t.Errorf("percentiles %v", trip)
	}
}

func TestLoadFailsWhereAByteIsWrong(t *testing.T) {
	address, _ := echoOne(t, 1)
	out, said, status := outcome(lesson1("load", "--addr", address, "--conns", "1", "--for", "1s"))
	want := "load " + address + ": no faultless echo: 1 with wrong bytes, 1 unanswered\n"
	if status != 1 || said != want || !strings.Contains(out, "faults      1 with wrong bytes") {
		t.Errorf("status %d, %q, want 1 and %q\n%s", status, said, want, out)
	}
}

// echoOne serves one client, but changes each byte by an exclusive or. It tells when it
// has heard the first message.
func echoOne(t *testing.T, change byte) (address string, heard chan struct{}) {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	heard = make(chan struct{})
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		b := make([]byte, 64)
		for n := 0; ; n++ {
			if _, err := io.ReadFull(conn, b); err != nil {
				return
			}
			for i := range b {
				b[i] ^= change
			}
			conn.Write(b)
			if n == 0 {
				close(heard)
			}
		}
	}()
	return l.Addr().String(), heard
}

func TestAnInterruptedLoadTellsWhatItHas(t *testing.T) {
	address, heard := echoOne(t, 0)
	cmd := lesson1("load", "--addr", address, "--conns", "1", "--for", "1h")
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-heard
	cmd.Process.Signal(os.Interrupt)
	if err := cmd.Wait(); err != nil || !strings.Contains(out.String(), "faults      none") {
		t.Errorf("it ends with %v, want 0\n%s", err, out.String())
	}
}

func TestLoadIsToldWhatMakesNoSense(t *testing.T) {
	for _, words := range []string{
		"--conns 0", "--pipeline 0", "--payload 0", "--for 0s", "--for 2h", "--sources 255", "--sources 2 --addr 192.0.2.1:9",
		"--addr nonsense", "--addr 127.0.0.1:0",
	} {
		_, said, status := outcome(lesson1(append([]string{"load"}, strings.Fields(words)...)...))
		if status != 2 || !strings.Contains(said, "Usage: lesson1 load") || !strings.HasPrefix(said, "lesson1: load: "+strings.Fields(words)[0]) {
			t.Errorf("load %s: status %d, want 2 and the usage\n%s", words, status, said)
		}
	}
}

func TestLoadWithoutAServerIsOneLine(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	_, said, status := outcome(lesson1("load", "--addr", l.Addr().String()))
	want := "connect " + l.Addr().String() + ": connection refused; is the server running? start it with bin/lesson1 serve\n"
	if status != 1 || said != want {
		t.Errorf("status %d, %q, want 1 and %q", status, said, want)
	}
}

func TestLoadMakesDoWithTheDescriptorsItHas(t *testing.T) {
	address := started(t, lesson1("serve", "--addr", "127.0.0.1:0"))
	cmd := exec.Command("sh", "-c", `ulimit -n 100; exec "$@"`, "sh", os.Args[0], "load", "--addr", address, "--conns", "1000", "--for", "50ms")
	cmd.Env = append(os.Environ(), "LESSON1=1")
	out, said, status := outcome(cmd)
	for _, part := range []string{"may open 100 descriptors", "so 36 connections must do instead of 1,000", "faults      none"} {
		if status != 0 || !strings.Contains(strings.Join(strings.Fields(out), " "), strings.Join(strings.Fields(part), " ")) {
			t.Errorf("status %d, and it does not say %q\n%s%s", status, part, out, said)
		}
	}
}

// outcome runs a program to its end.
func outcome(cmd *exec.Cmd) (out, said string, status int) {
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		status = exit.ExitCode()
	} else if err != nil {
		status = -1
	}
	return stdout.String(), stderr.String(), status
}
