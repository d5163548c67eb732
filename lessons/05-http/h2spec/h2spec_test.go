// Package h2spec runs the cases of h2spec, which are a client's mistakes and rarities in HTTP/2,
// against the server that lesson 05's serve runs.
package h2spec

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/summerwind/h2spec/config"
	"github.com/summerwind/h2spec/generic"
	"github.com/summerwind/h2spec/hpack"
	h2 "github.com/summerwind/h2spec/http2"
	"github.com/summerwind/h2spec/spec"

	"onthewire/lessons/05-http/everywhere"
	"onthewire/lessons/internal/devcert"
)

// cases is how many h2spec v2.2.1 has, without those that it calls strict.
const cases = 145

// fails are those that net/http of Go 1.26 fails. The annex more/h2spec.md says why.
var fails = []string{
	"http2/4.2/3",     // a HEADERS frame over SETTINGS_MAX_FRAME_SIZE
	"http2/6.5.3/1",   // two values of SETTINGS_INITIAL_WINDOW_SIZE in one frame
	"http2/8.1.2.2/1", // a field named connection
	"http2/8.1.2.2/2", // a field named te with another value than trailers
}

// preface fails in the clear, where what is no preface of HTTP/2 may be a request of HTTP/1.1: the
// answer is 400, and then the connection closes.
const preface = "http2/3.5/2"

// timeout has to be longer than the second that net/http lets pass between its GOAWAY and the end
// of the connection.
const timeout = 2 * time.Second

var authority *devcert.Authority

// TestMain makes h2spec trust us before anything asks for the system's roots. It has no flag
// for that, only one that trusts everybody.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "h2spec")
	if err == nil {
		authority, err = devcert.LoadFrom(dir)
	}
	if err == nil {
		os.Setenv("SSL_CERT_FILE", authority.Path())
		code := m.Run()
		os.RemoveAll(dir)
		os.Exit(code)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func TestOnlyTheKnownCasesFailOverTLSAndInTheClear(t *testing.T) {
	certificate, err := authority.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	on, err := everywhere.Listen(t.Context(), "127.0.0.1:0", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	server := everywhere.New(http.HandlerFunc(hello), certificate)
	go func() { done <- server.Serve(context.Background(), on) }()
	t.Cleanup(func() {
		server.TCP.Close() // then Serve fails, for it was not asked to stop
		<-done
	})
	for name, at := range map[string]net.Addr{"h2": on.TLS.Addr(), "h2c": on.Clear.Addr()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // most of the time, both wait
			known := fails
			if name == "h2c" {
				known = append([]string{preface}, fails...)
			}
			only := func(sections ...string) *config.Config {
				return &config.Config{
					Host: "127.0.0.1", Port: at.(*net.TCPAddr).Port, Path: "/", TLS: name == "h2",
					Timeout: timeout, MaxHeaderLen: 4000, Sections: sections,
				}
			}
			ran, failed := run(only())
			if ran != cases {
				t.Errorf("%d cases have run, want %d", ran, cases)
			}
			for _, id := range failed {
				if !slices.Contains(known, id) && always(only(id), true) {
					t.Errorf("%s fails, and did not so far", id)
				}
			}
			for _, id := range known {
				if !slices.Contains(failed, id) && always(only(id), false) {
					t.Errorf("%s passes now: take it off the list, and out of the annex", id)
				}
			}
		})
	}
}

// hello is all that h2spec asks for. It could be the site, but then this module would have to know
// what the site imports.
func hello(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello, wire\n") }

// always tells whether one case fails, or passes, three times more. Some of them race with the
// server's answer, so once says nothing.
func always(one *config.Config, fail bool) bool {
	for range 3 {
		if _, failed := run(one); (len(failed) > 0) != fail {
			return false
		}
	}
	return true
}

// run runs all of them, and returns the IDs of those that failed.
func run(c *config.Config) (ran int, failed []string) {
	for _, group := range []*spec.TestGroup{generic.Spec(), h2.Spec(), hpack.Spec()} {
		group.Test(c)
		ran += group.PassedCount + group.FailedCount + group.SkippedCount
		failed = append(failed, collect(group)...)
	}
	return ran, failed
}

func collect(g *spec.TestGroup) (failed []string) {
	for _, test := range slices.Concat(g.Tests, g.StrictTests) {
		if r := test.Result; r != nil && (r.Failed || r.Skipped) {
			failed = append(failed, fmt.Sprintf("%s/%d", g.ID(), r.Sequence))
		}
	}
	for _, sub := range g.Groups {
		failed = append(failed, collect(sub)...)
	}
	return failed
}
