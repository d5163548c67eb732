package load

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"onthewire/lessons/internal/leak"
)

func TestEveryRequestIsAnsweredAndCountedOnce(t *testing.T) {
	leak.Check(t)
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		io.WriteString(w, "Hello, World!")
	}))
	defer server.Close()
	for _, connections := range []int{1, 2, 7} {
		asked.Store(0)
		c, err := Open(t.Context(), server.Listener.Addr().String(), "/", connections)
		if err != nil {
			t.Fatal(err)
		}
		answered, took, err := c.Run(t.Context(), 20*time.Millisecond)
		if err != nil || took < 20*time.Millisecond || int64(answered+connections) != asked.Load() {
			t.Errorf("%d connections: %d answers in %v, %v, and the server was asked %d times", connections, answered, took, err, asked.Load())
		}
		over, stop := context.WithCancel(t.Context())
		stop()
		if answered, _, err := c.Run(over, time.Hour); err == nil {
			t.Errorf("called off, it returns %d and no error", answered)
		}
		c.Close()
	}
}

func TestAServerThatDoesNotAnswerEquallyIsRefused(t *testing.T) {
	for _, handler := range []http.HandlerFunc{
		func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) },
		func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Connection", "close") },
		func(w http.ResponseWriter, r *http.Request) { w.(http.Flusher).Flush() },
		func(w http.ResponseWriter, r *http.Request) {
			_, port, _ := strings.Cut(r.RemoteAddr, ":")
			io.WriteString(w, strings.Repeat("x", int(port[len(port)-1])))
		},
	} {
		server := httptest.NewServer(handler)
		c, err := Open(t.Context(), server.Listener.Addr().String(), "/", 20)
		if err == nil {
			t.Error("it is believed")
			c.Close()
		}
		server.Close()
	}
}
