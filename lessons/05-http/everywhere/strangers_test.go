package everywhere

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onthewire/lessons/05-http/site"
	"onthewire/lessons/internal/devcert"
)

// stranger is a server for clients that others have written.
func stranger(t *testing.T, around ...func(http.Handler) http.Handler) (on Listeners, authority string, certificate tls.Certificate) {
	t.Helper()
	roots, err := devcert.LoadFrom(t.TempDir())
	must(t, err)
	certificate, err = roots.Certificate()
	must(t, err)
	on, err = Listen(t.Context(), "127.0.0.1:0", "127.0.0.1:0")
	must(t, err)
	mux := http.NewServeMux()
	mux.Handle("/", new(site.Site).Handler())
	mux.HandleFunc("/pieces", pieces)
	var handler http.Handler = mux
	for _, wrap := range around {
		handler = wrap(handler)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- New(handler, certificate).Serve(ctx, on) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return on, roots.Path(), certificate
}

// pieces takes a while, so that something can happen in the middle.
func pieces(w http.ResponseWriter, r *http.Request) {
	for range 10 {
		w.Write(bytes.Repeat([]byte("x"), 10_000))
		http.NewResponseController(w).Flush()
		time.Sleep(10 * time.Millisecond)
	}
}

// runs a program, or skips the test where there is none.
func runs(t *testing.T, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("no %s here: %v", name, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%.2000s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func TestCurlIsAnsweredByHTTP1AndHTTP2(t *testing.T) {
	on, authority, _ := stranger(t)
	secure, clear := "https://"+on.TLS.Addr().String()+"/proto", "http://"+on.Clear.Addr().String()+"/proto"
	for _, c := range []struct{ flag, url, want string }{
		{"--http1.1", secure, "HTTP/1.1\n"},
		{"--http2", secure, "HTTP/2.0\n"},
		{"--http1.1", clear, "HTTP/1.1\n"},
		{"--http2-prior-knowledge", clear, "HTTP/2.0\n"},
	} {
		if got := runs(t, "curl", "--silent", "--show-error", "--cacert", authority, c.flag, c.url); got != c.want {
			t.Errorf("curl %s %s: %q", c.flag, c.url, got)
		}
	}
}

// ngtcp2's client asks by HTTP/3, and keeps what it is answered under the last word of the path.
func TestAStrangersHTTP3ClientIsAnswered(t *testing.T) {
	on, _, _ := stranger(t)
	host, port, _ := strings.Cut(on.QUIC.LocalAddr().String(), ":")
	for _, c := range []struct {
		name, path string
		size       int
		flags      []string
	}{
		{"plain", "pieces", 100_000, nil},
		{"one packet of ten lost each way", "pieces", 100_000, []string{"--tx-loss=0.1", "--rx-loss=0.1"}},
		// It asks afterwards: a client that only listens says nothing by which anybody could learn
		// of its new address.
		{"rebound by a NAT", "pieces", 100_000, []string{"--change-local-addr=30ms", "--nat-rebinding", "--delay-stream=60ms"}},
		{"moved in the middle", "pieces", 100_000, []string{"--change-local-addr=50ms"}},
		{"new keys in the middle", "pieces", 100_000, []string{"--key-update=50ms"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			runs(t, "gtlsclient", append(c.flags, "--quiet", "--exit-on-all-streams-close", "--download="+dir, host, port, "https://localhost:"+port+"/"+c.path)...)
			got, err := os.ReadFile(filepath.Join(dir, c.path))
			if err != nil || len(got) != c.size || strings.Trim(string(got), "x") != "" {
				t.Errorf("%d bytes came, want %d: %v", len(got), c.size, err)
			}
		})
	}
}

func TestAStrangersEarlyGETIsAnsweredAndItsEarlyPOSTIsNot(t *testing.T) {
	on, _, _ := stranger(t)
	host, port, _ := strings.Cut(on.QUIC.LocalAddr().String(), ":")
	dir := t.TempDir()
	asks := func(method string, flags ...string) string {
		return runs(t, "gtlsclient", append(flags, "--no-quic-dump", "--exit-on-all-streams-close", "--http-method="+method,
			"--session-file="+filepath.Join(dir, "session"), "--tp-file="+filepath.Join(dir, "parameters"), host, port, "https://localhost:"+port+"/pay")...)
	}
	asks("GET") // the first visit brings the ticket
	for _, c := range []struct {
		method string
		flags  []string
		early  bool
		status string
	}{
		{"GET", nil, true, "200"},
		{"POST", nil, true, "425"},
		{"POST", []string{"--disable-early-data"}, false, "200"},
	} {
		out := asks(c.method, c.flags...)
		if early := strings.Contains(out, "0RTT STREAM"); early != c.early || !strings.Contains(out, "[:status: "+c.status+"]") {
			t.Errorf("%s %v: early %v, want %v and status %s\n%.3000s", c.method, c.flags, early, c.early, c.status, out)
		}
	}
	answer, err := http.Get("http://" + on.Clear.Addr().String() + "/pay")
	must(t, err)
	defer answer.Body.Close()
	if left, _ := io.ReadAll(answer.Body); string(left) != "90 left\n" {
		t.Errorf("in the purse: %q", left)
	}
}
