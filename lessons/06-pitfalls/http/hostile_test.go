package http

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"onthewire/lessons/internal/leak"
	"onthewire/lessons/internal/twelve"
)

// A server that reads every request and answers the first alone is asked twice for the second, with
// one key, and not for ever.
func TestWhatIsSentAgainHasTheSameKeyAndIsSentAgainOnce(t *testing.T) {
	leak.Check(t)
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	keys := make(chan string, 10)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for answered := false; ; {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conn.SetDeadline(time.Now().Add(10 * time.Second))
			for in := bufio.NewReader(conn); ; answered = true {
				r, err := http.ReadRequest(in)
				if err != nil {
					break
				}
				io.Copy(io.Discard, r.Body)
				keys <- r.Header.Get("Idempotency-Key")
				if answered {
					break
				}
				io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
			}
			conn.Close()
		}
	}()
	transport := &http.Transport{}
	client := &http.Client{Transport: transport}
	url := "http://" + listener.Addr().String()
	resp, err := stale{}.fixed(client, url, twelve.Bytes, "one")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp, err := (stale{}).fixed(client, url, twelve.Bytes, "two"); !errors.Is(err, io.EOF) {
		t.Errorf("%v, %v", resp, err)
	}
	transport.CloseIdleConnections()
	listener.Close()
	<-ended
	close(keys)
	var asked []string
	for key := range keys {
		asked = append(asked, key)
	}
	if want := []string{"one", "two", "two"}; !slices.Equal(asked, want) {
		t.Errorf("the server has been asked for %v, want %v", asked, want)
	}
}

// More requests at once than the transport is set up for are answered. It keeps as many
// connections as it was told, and the rest are dialed again.
func TestARushIsAnsweredAndLeavesNoMoreConnectionsThanStated(t *testing.T) {
	leak.Check(t)
	const planned, rush = 8, 20
	conns, err := dialed(t.Context(), rush, func(transport *http.Transport) { idle{}.fixed(transport, planned) })
	if want := rush + 2*(rush-planned); conns != want || err != nil {
		t.Errorf("%d connections, %v; want %d", conns, err, want)
	}
}

// A client that reads nothing keeps a handler for as long as one event may take.
func TestAClientThatReadsNothingOfAStreamIsLeft(t *testing.T) {
	leak.Check(t)
	synctest.Test(t, func(t *testing.T) {
		told := make(chan error, 1)
		handler := func(w http.ResponseWriter, r *http.Request) {
			for {
				time.Sleep(writeTimeout / 2)
				begun := time.Now()
				if err := (stream{}).fixed(w, strings.Repeat(".", 1000)); err != nil {
					if took := time.Since(begun); took != writeTimeout {
						t.Errorf("the last event has taken %v", took)
					}
					told <- err
					return
				}
			}
		}
		err := simulate(t.Context(), &http.Server{Handler: http.HandlerFunc(handler), WriteTimeout: writeTimeout}, func(w *world) error {
			conn, err := w.transport.DialContext(t.Context(), "tcp", strings.TrimPrefix(w.url, "http://"))
			if err != nil {
				return err
			}
			defer conn.Close()
			if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: server\r\n\r\n"); err != nil {
				return err
			}
			if err := <-told; !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("the handler is told %v", err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// A client may write its fields as it likes, more than once, and name what nobody has sent.
func TestNoSpellingGetsAFieldForTheProxyThrough(t *testing.T) {
	const request = "GET / HTTP/1.1\r\nHost: proxy\r\n" +
		"connection: x-a ,\tX-B,, keep-alive,\r\nX-PUBLIC: yes\r\nCONNECTION:te , x-never-sent\r\n" +
		"X-a: 1\r\nx-A: 2\r\nx-b: 3\r\nKEEP-alive: timeout=5\r\nproxy-CONNECTION: keep-alive\r\n" +
		"tE: trailers\r\nupgrade: h2c\r\nproxy-authorization: Basic b3BlbjpzZXNhbWU=\r\n\r\n"
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(request)))
	if err != nil {
		t.Fatal(err)
	}
	before := fmt.Sprint(r.Header)
	out := hops{}.fixed(r.Header)
	if got := fmt.Sprint(slices.Sorted(maps.Keys(out))); got != "[X-Public]" {
		t.Errorf("these go on: %s", got)
	}
	if fmt.Sprint(r.Header) != before {
		t.Error("the fields of the request itself have changed")
	}
}

// Who has sent half of a body, and never the rest, cannot keep a server that has to stop by a time.
func TestHalfABodyDoesNotKeepAServerFromStopping(t *testing.T) {
	leak.Check(t)
	synctest.Test(t, func(t *testing.T) {
		reads := func(_ http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body) }
		err := simulate(t.Context(), &http.Server{Handler: http.HandlerFunc(reads)}, func(w *world) error {
			conn, err := w.transport.DialContext(t.Context(), "tcp", strings.TrimPrefix(w.url, "http://"))
			if err != nil {
				return err
			}
			defer conn.Close()
			if _, err := io.WriteString(conn, "POST / HTTP/1.1\r\nHost: server\r\nContent-Length: 12\r\n\r\nhello"); err != nil {
				return err
			}
			time.Sleep(time.Second) // in which it arrives
			most, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			var ready atomic.Bool
			ready.Store(true)
			begun := time.Now()
			if err := (sigterm{}).fixed(most, w.server, &ready, time.Second); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("it says %v", err)
			}
			if took := time.Since(begun); took != 10*time.Second || ready.Load() {
				t.Errorf("it has taken %v, and is ready: %v", took, ready.Load())
			}
			if conn, err := w.transport.DialContext(t.Context(), "tcp", strings.TrimPrefix(w.url, "http://")); err == nil {
				conn.Close()
				t.Error("it still listens")
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}
