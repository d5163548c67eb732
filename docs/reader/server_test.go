package main

import (
	"bufio"
	"bytes"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onthewire/docs/reader/checkout"
)

// started serves this repository, or another folder, as the program does.
func started(t *testing.T, dir string) (address string, logged *bytes.Buffer) {
	t.Helper()
	files, err := checkout.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	logged = &bytes.Buffer{}
	logger := log.New(logged, "", 0)
	server := newServer(guard(newSite(files, logger), ""), logger)
	server.ReadHeaderTimeout = 100 * time.Millisecond // what is tested is that there is one
	done := make(chan struct{})
	go func() {
		defer close(done)
		server.Serve(listener)
	}()
	t.Cleanup(func() {
		server.Close()
		<-done
		files.Close()
	})
	return listener.Addr().String(), logged
}

// raw sends bytes, and returns all that comes back until the server hangs up.
func raw(t *testing.T, address, bytes string) string {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	go io.WriteString(conn, bytes) // the server may hang up in the middle of it
	answer, err := io.ReadAll(conn)
	if err != nil && !strings.Contains(err.Error(), "reset") {
		t.Errorf("%.40q: %v", bytes, err)
	}
	return string(answer)
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	address, _ := started(t, "../..")
	for _, path := range []string{"/", "/README.md", "/nothing", "/-/find?q=epoll", "/lessons/01-event-loop/main.go"} {
		response, err := http.ReadResponse(bufio.NewReader(strings.NewReader(raw(t, address, get(path)))), nil)
		if err != nil {
			t.Fatal(err)
		}
		if policy := response.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: its policy is %q", path, policy)
		}
		if response.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: its type may be guessed", path)
		}
	}
}

func TestAHostThatTheCommandLineGives(t *testing.T) {
	for _, c := range []struct {
		host, given string
		want        bool
	}{
		{"127.0.0.1:8800", "", true}, {"localhost", "", true}, {"LOCALHOST:1", "", true}, {"127.9.9.9", "", true},
		{"[::1]", "", true}, {"[::ffff:127.0.0.1]:1", "", true}, {"", "", false}, {"evil.example", "", false},
		{"box.lan:9", "box.lan", true}, {"box.lan", "other.lan", false}, {"192.0.2.1:9", "0.0.0.0", true},
		{"evil.example", "0.0.0.0", false}, {"192.0.2.1", "192.0.2.2", false}, {"[2001:db8::1]:9", "::", true},
	} {
		if got := ours(c.host, c.given); got != c.want {
			t.Errorf("Host %q with --addr %q: %v", c.host, c.given, got)
		}
	}
}

func TestACodingIsChosenAsTheClientLikesIt(t *testing.T) {
	for accepted, want := range map[string]string{
		"": "identity", "gzip": "gzip", "GZIP": "gzip", "gzip, deflate, br": "gzip", "deflate": "identity", "gzip;q=0": "identity",
		"gzip; q=0.000": "identity", "gzip;Q=0.5": "gzip", "*": "gzip", "*;q=0": "", "identity;q=0": "", "identity;q=0, *": "gzip",
		"identity;q=0, gzip;q=0.1": "gzip", "gzip;q=0.2, identity;q=0.8": "identity", "*;q=0, gzip": "gzip", "notgzip": "identity",
		"gzip;q=2": "identity", "gzip;q=x": "identity", "gzip;q=NaN": "identity", ", ,gzip,": "gzip", "*;q=0, identity": "identity",
	} {
		if got := coding(accepted); got != want {
			t.Errorf("%q: %q, want %q", accepted, got, want)
		}
	}
	address, _ := started(t, "../..")
	if got := raw(t, address, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept-Encoding: br, identity;q=0\r\n\r\n"); !strings.Contains(got, " 406 ") {
		t.Errorf("it answers %.60q", got)
	}
}

func TestAnEditShowsOnReloadAndABrokenPageSaysWhere(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "README.md"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("# Before\n")
	for _, folder := range []string{"lessons/01-a", "docs"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	address, logged := started(t, dir)
	if answer := raw(t, address, get("/README.md")); !strings.Contains(answer, "Before") {
		t.Errorf("before: %s", answer)
	}
	write("# After\n")
	if answer := raw(t, address, get("/README.md")); !strings.Contains(answer, "After") {
		t.Errorf("after: %s", answer)
	}
	write("# Broken\n\n```mermaid\npie\n```\n")
	for range 2 { // it is logged once
		if answer := raw(t, address, get("/README.md")); !strings.Contains(answer, "500 Internal") || !strings.Contains(answer, "README.md:4: ") {
			t.Errorf("broken: %s", answer)
		}
	}
	if n := strings.Count(logged.String(), "README.md:4: "); n != 1 {
		t.Errorf("the log has it %d times: %s", n, logged)
	}
	if answer := raw(t, address, get("/")); !strings.Contains(answer, "200 OK") {
		t.Errorf("a home without lessons: %s", answer)
	}
}

func TestWhatTheClientHasIsNotSentAgain(t *testing.T) {
	address, _ := started(t, "../..")
	response, err := http.Get("http://" + address + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	request := httptest.NewRequest("GET", "http://"+address+"/README.md", nil)
	request.RequestURI = ""
	request.Header.Set("If-None-Match", response.Header.Get("ETag"))
	if response, err = http.DefaultClient.Do(request); err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusNotModified {
		t.Errorf("it sends %s", response.Status)
	}
	http.DefaultClient.CloseIdleConnections()
}
