package deadlines

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"onthewire/lessons/05-http/experiments/network"
	"onthewire/lessons/internal/experiment"
)

// Unsaid sets the two timeouts of a Transport that end no request.
var Unsaid = experiment.Experiment{
	Name:      "no-error",
	Subjects:  []string{"ExpectContinueTimeout", "IdleConnTimeout", "100-continue", "keep-alive"},
	About:     "Two timeouts that expire, and no request fails",
	Simulated: true,
	Do:        unsaid,
}

func unsaid(ctx context.Context, r *experiment.Report) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	var waited, idle [2]time.Duration
	for i, timeout := range []time.Duration{0, short} {
		var err error
		if waited[i], idle[i], err = watch(ctx, timeout); err != nil {
			return err
		}
	}
	for i, name := range []string{"0", short.String()} {
		r.Add("ExpectContinueTimeout "+name+": the body comes after", waited[i].Round(time.Millisecond))
	}
	for i, name := range []string{"0", short.String()} {
		seen := "stays open"
		if idle[i] < 2*short {
			seen = fmt.Sprintf("is closed after %v", idle[i].Round(time.Millisecond))
		}
		r.Add("IdleConnTimeout "+name+": the connection", seen)
	}
	r.Shown = waited[0] < waited[1] && waited[1] >= short && idle[0] >= 2*short && idle[1] >= short && idle[1] < 2*short
	r.Says = "After the first, the body leaves without permission. After the second, a connection is closed that nobody was using. Zero means no wait to the first, and no end to the second."
	return nil
}

// watch sends a request that asks before it sends its body, to a server that never says 100. It
// returns how long after its head the body came, and how long after its answer the connection
// ended: two times short at most.
func watch(ctx context.Context, timeout time.Duration) (waited, idle time.Duration, err error) {
	n := network.New(0)
	listener := n.Listen("server:80")
	defer listener.Close()
	type sight struct {
		waited, idle time.Duration
		err          error
	}
	seen := make(chan sight, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			seen <- sight{err: err}
			return
		}
		defer conn.Close()
		defer context.AfterFunc(ctx, func() { conn.Close() })()
		var s sight
		r := bufio.NewReader(conn)
		if _, s.err = http.ReadRequest(r); s.err == nil {
			begun := time.Now()
			_, s.err = r.Peek(5)
			s.waited = time.Since(begun)
			r.Discard(5)
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		}
		if s.err == nil {
			begun := time.Now()
			conn.SetReadDeadline(begun.Add(2 * short))
			r.Peek(1)
			s.idle = time.Since(begun)
		}
		seen <- s
	}()
	transport := &http.Transport{DialContext: n.DialContext, ExpectContinueTimeout: timeout, IdleConnTimeout: timeout}
	defer transport.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, "POST", "http://server/", strings.NewReader("hello"))
	if err != nil {
		return 0, 0, err
	}
	req.Header.Set("Expect", "100-continue")
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return 0, 0, err
	}
	resp.Body.Close()
	at := <-seen
	return at.waited, at.idle, at.err
}
