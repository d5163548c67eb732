// Package keepalive has experiments on what happens on one connection of HTTP/1.1, request
// after request.
package keepalive

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"onthewire/lessons/05-http/h1"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/network"
)

const (
	oneWay   = 25 * time.Millisecond
	requests = 10
	slow     = 200 * time.Millisecond // what the handler of /slow takes
)

// Pipelining asks ten times on one connection, waits for each answer or does not, and then
// makes the first of them a slow one.
var Pipelining = experiment.Experiment{
	Name:      "pipelining",
	Subjects:  []string{"keep-alive", "pipelining", "head-of-line blocking"},
	About:     "Ten requests on one connection, 50 ms to and fro",
	Simulated: true,
	Do:        pipelining,
}

func pipelining(ctx context.Context, r *experiment.Report) error {
	handler := func(w *h1.Response, r *h1.Request) {
		if r.Target == "/slow" {
			time.Sleep(slow)
		}
		io.WriteString(w, "hello, wire\n")
	}
	return serving(ctx, handler, func(conn net.Conn) error {
		in := bufio.NewReader(conn)
		const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
		begun := time.Now()
		for range requests {
			io.WriteString(conn, get)
			if err := answer(in); err != nil {
				return err
			}
		}
		waiting := time.Since(begun)
		r.Add("the next when the last is answered", waiting.Round(time.Millisecond))

		begun = time.Now()
		io.WriteString(conn, strings.Repeat(get, requests))
		for range requests {
			if err := answer(in); err != nil {
				return err
			}
		}
		pipelined := time.Since(begun)
		r.Add("all at once", pipelined.Round(time.Millisecond))

		begun = time.Now()
		io.WriteString(conn, "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"+strings.Repeat(get, requests-1))
		if err := answer(in); err != nil {
			return err
		}
		if err := answer(in); err != nil {
			return err
		}
		behind := time.Since(begun)
		r.Add("  the first takes 200 ms: the second after", behind.Round(time.Millisecond))
		r.Shown = waiting >= requests*2*oneWay && pipelined < waiting/5 && behind >= pipelined+slow*9/10
		r.Says = "Whoever does not wait saves nine round trips. But nothing in an answer says which request it belongs to except its place, so nine that are ready wait for one that is not."
		return nil
	})
}

// serving plays with a client of ours and its server, on a network in memory.
func serving(ctx context.Context, handler func(*h1.Response, *h1.Request), play func(net.Conn) error) (err error) {
	n := network.Simulate(oneWay)
	defer n.Close()
	listener, err := n.Listen(80)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- (&h1.Server{Handler: handler}).Serve(ctx, listener) }()
	defer func() {
		stop()
		if failed := <-ended; err == nil {
			err = failed
		}
	}()
	conn, err := n.DialContext(ctx, "tcp", network.Server+":80")
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })()
	return play(conn)
}

// answer reads one to its end.
func answer(in *bufio.Reader) error {
	response, err := http.ReadResponse(in, nil)
	if err != nil {
		return fmt.Errorf("read an answer: %w", err)
	}
	_, err = io.Copy(io.Discard, response.Body)
	return err
}
