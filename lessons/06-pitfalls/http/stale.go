package http

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"

	"onthewire/lessons/06-pitfalls/pitfall"
	"onthewire/lessons/internal/twelve"
)

// Stale posts on a connection that the server is just closing.
var Stale = pitfall.Pitfall{
	Number:   24,
	Name:     "stale",
	Subjects: []string{"connection pool", "keep-alive", "idempotent", "Idempotency-Key"},
	Title:    "The POST that fails once in a while",
	Symptom:  "One POST of thousands fails with EOF or a reset, at quiet times most, and never a GET. The server's log knows nothing of it.",
	Messages: []string{
		"http: server closed idle connection",
		`Post "http://server/": EOF`,
		"connection closed before message completed",
		"upstream prematurely closed connection while reading response header from upstream",
		"upstream connect error or disconnect/reset before headers. reset reason: connection termination",
		"socket hang up",
		"write: broken pipe",
	},
	Diagnose: [][2]string{
		{"httptrace.GotConnInfo", "Reused is true, and IdleTime close to the server's keep-alive timeout"},
		{"tcpdump", "the server's FIN crosses the request"},
	},
	Laptop: func(ctx context.Context) (pitfall.Outcome, error) { return secondPost(ctx, false, stale{}.broken) },
	Broken: func(ctx context.Context) (pitfall.Outcome, error) { return secondPost(ctx, true, stale{}.broken) },
	Fixed:  func(ctx context.Context) (pitfall.Outcome, error) { return secondPost(ctx, true, stale{}.fixed) },
}

type stale struct{}

// broken posts a text. The key is one for this post, whoever sends it again.
func (stale) broken(client *http.Client, url, text, key string) (*http.Response, error) {
	req, err := http.NewRequest("POST", url, strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	return client.Do(req)
}

// fixed posts a text. The key is one for this post, whoever sends it again.
func (stale) fixed(client *http.Client, url, text, key string) (*http.Response, error) {
	req, err := http.NewRequest("POST", url, strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Idempotency-Key", key) // so net/http may send it again, and the server can tell
	return client.Do(req)
}

// secondPost posts twice, on one connection if the server keeps it. As the second one arrives, the
// server is through with waiting, and closes.
func secondPost(ctx context.Context, closes bool, post func(client *http.Client, url, text, key string) (*http.Response, error)) (o pitfall.Outcome, err error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return o, err
	}
	server := &forgetful{closes: closes}
	var serving sync.WaitGroup
	serving.Go(func() { server.serve(listener) })
	defer serving.Wait()
	defer listener.Close()
	defer context.AfterFunc(ctx, func() { listener.Close() })()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: traced{ctx, transport}}
	for _, key := range []string{"first", "second"} {
		var resp *http.Response
		if resp, err = post(client, "http://"+listener.Addr().String(), twelve.Bytes, key); err != nil {
			break
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			return o, err
		}
		resp.Body.Close()
	}
	if ctx.Err() != nil {
		return o, ctx.Err()
	}
	said := "200 OK"
	if err != nil {
		said = errors.Unwrap(err).Error()
	}
	o.Add("connections", server.conns)
	o.Add("the second POST gets", said)
	return o, o.Decide(errors.Is(err, io.EOF) && server.conns == 1, err == nil)
}

// forgetful answers requests, and if it closes, only the first on each connection.
type forgetful struct {
	closes bool
	conns  int
}

func (f *forgetful) serve(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		f.conns++
		f.answer(conn)
		conn.Close()
	}
}

func (f *forgetful) answer(conn net.Conn) {
	in := bufio.NewReader(conn)
	for i := 0; ; i++ {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		if io.Copy(io.Discard, r.Body); f.closes && i > 0 {
			return
		}
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	}
}
