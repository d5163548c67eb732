package main

import (
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestHelloStopsOnASignalAndReportsWhoWasRefused(t *testing.T) {
	for _, signal := range []os.Signal{syscall.SIGINT, syscall.SIGTERM} {
		hello := start(t, "hello", "--addr", "127.0.0.1:0")
		address := hello.next("listening on ")
		conn, err := net.Dial("tcp4", address)
		if err != nil {
			t.Fatal(err)
		}
		conn.SetDeadline(time.Now().Add(10 * time.Second))
		io.WriteString(conn, "GET / HTTP/1.1\nHost: a\n\n") // as plain nc sends it
		if answer, err := io.ReadAll(conn); err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 400 Bad Request\r\n") {
			t.Errorf("the client reads %q, %v", answer, err)
		}
		conn.Close()
		if got, err := http.Get("http://" + address); err != nil || got.StatusCode != 200 {
			t.Errorf("the next client gets %v, %v", got, err)
		}
		hello.ends(signal)
		report := "client " + conn.LocalAddr().String() + `: 400 Bad Request: a line ends with LF alone`
		if lines := hello.errors.String(); !strings.HasPrefix(lines, report) || strings.Count(lines, "\n") != 1 {
			t.Errorf("it reports %q, want %q", lines, report)
		}
		http.DefaultClient.CloseIdleConnections()
	}
}

func TestHelloSaysWhatIsWrongWithItsAddress(t *testing.T) {
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { taken.Close() }) // the script runs in parallel, after this function
	script(t, "hello.txtar", map[string]string{"TAKEN": taken.Addr().String()})
}

func TestCurlIsAnsweredWhateverItAsks(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("no curl here: install it, this test lets a stranger speak with the server")
	}
	hello := start(t, "hello", "--addr", "127.0.0.1:0")
	url := "http://" + hello.next("listening on ") + "/any/path?and=query"
	large := t.TempDir() + "/large"
	if err := os.WriteFile(large, make([]byte, 2<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	const fine = "Hello, World!|200|1\n"
	for _, x := range []struct{ args, ends string }{
		{"--http1.1 URL URL URL", fine + "Hello, World!|200|0\nHello, World!|200|0\n"},
		{"--http1.0 URL", fine},
		{"--head --output HEAD URL", "|200|1\n"},
		{"--request DELETE URL", fine},
		{"--data hello URL", fine},
		{"--upload-file LARGE URL", fine}, // with Expect: 100-continue
		{"--upload-file LARGE --header Transfer-Encoding:chunked URL", fine},
		{"--request OPTIONS --request-target * URL", fine},
		{"--request-target http://elsewhere/ URL", fine},
		{"--request-target nowhere URL", "|400|1\n"},
		{"--header Host: URL", "there is no Host field\n|400|1\n"},
		{"--header Content-Length:5 --data hello --header Transfer-Encoding:chunked URL", "which one says where it ends?\n|400|1\n"},
	} {
		words := strings.Fields(strings.NewReplacer("URL", url, "LARGE", large, "HEAD", os.DevNull).Replace(x.args))
		words = append([]string{"--silent", "--max-time", "10", "--write-out", "|%{http_code}|%{num_connects}\n"}, words...)
		out, err := exec.Command("curl", words...).Output()
		if err != nil || !strings.HasSuffix(string(out), x.ends) {
			t.Errorf("curl %s: %q, %v; want %q", x.args, out, err, x.ends)
		}
	}
	hello.ends(syscall.SIGTERM)
}
