package fast

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"onthewire/lessons/05-http/proxy/proxytest"
)

func silently(t *testing.T, scene func(client, origin net.Conn)) {
	proxytest.Silently(t, func(ctx context.Context, l net.Listener, dial proxytest.Dial) error {
		f := &Front{Name: "us", Dial: dial}
		f.Rest = func(ctx context.Context, _ net.Listener) error { <-ctx.Done(); return nil }
		return f.Serve(ctx, l)
	}, scene)
}

func TestWhoFallsSilentIsGivenUp(t *testing.T) {
	for _, c := range []struct {
		silent, asks, says string
		status             int
		after              time.Duration
	}{
		{"in its head", "GET http://o/ HTTP/1.1\r\nHost", "", 408, head},
		{"before its answer", "GET http://o/ HTTP/1.1\r\nHost: o\r\n\r\n", "", 504, thinking + glance},
		{"in the head of its answer", "GET http://o/ HTTP/1.1\r\nHost: o\r\n\r\n", "HTTP/1.1 200 OK\r\n", 504, silence},
		{"in its answer", "GET http://o/ HTTP/1.1\r\nHost: o\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 200, silence},
	} {
		silently(t, func(client, origin net.Conn) {
			begun := time.Now()
			go io.WriteString(client, c.asks)
			go func() {
				headOf(bufio.NewReader(origin))
				io.WriteString(origin, c.says)
			}()
			r := bufio.NewReader(client)
			answer, err := http.ReadResponse(r, nil)
			must(t, err)
			if _, err := io.ReadAll(answer.Body); answer.StatusCode != c.status || (err != nil) != (c.status == 200) {
				t.Errorf("who falls silent %s: %s, %v", c.silent, answer.Status, err)
			}
			if took := time.Since(begun); took < c.after || took > c.after+2*glance {
				t.Errorf("who falls silent %s is given up after %v, want %v", c.silent, took, c.after)
			}
		})
	}
}
