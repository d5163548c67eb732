package http

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"

	"onthewire/lessons/06-pitfalls/pitfall"
)

// Idle asks one server many times at once, and keeps two connections of many.
var Idle = pitfall.Pitfall{
	Number:   25,
	Name:     "idle-conns",
	Subjects: []string{"MaxIdleConnsPerHost", "connection pool", "TIME_WAIT"},
	Title:    "MaxIdleConnsPerHost is 2",
	Symptom:  "Under load nearly every request dials. Latency has a handshake in it, and thousands of ports are in TIME_WAIT until no more can be had.",
	Messages: []string{
		"connect: cannot assign requested address",
		"Cannot assign requested address (os error 99)",
		"http: putIdleConn: too many idle connections for host",
		"(99: Cannot assign requested address) while connecting to upstream",
	},
	Diagnose: [][2]string{
		{"ss -tn state time-wait | wc -l", "thousands, all to one address"},
		{"httptrace.GotConnInfo.Reused", "false for most requests"},
	},
	Laptop: func(ctx context.Context) (pitfall.Outcome, error) { return atOnce(ctx, 2, idle{}.broken) },
	Broken: func(ctx context.Context) (pitfall.Outcome, error) { return atOnce(ctx, 8, idle{}.broken) },
	Fixed:  func(ctx context.Context) (pitfall.Outcome, error) { return atOnce(ctx, 8, idle{}.fixed) },
}

type idle struct{}

// broken sets up a transport for so many requests at once to one server.
func (idle) broken(transport *http.Transport, requests int) {
	transport.MaxIdleConns = 100
}

// fixed sets up a transport for so many requests at once to one server.
func (idle) fixed(transport *http.Transport, requests int) {
	transport.MaxIdleConns = 100
	transport.MaxIdleConnsPerHost = requests // 0 is not "as many as MaxIdleConns" but 2
}

const rounds = 3

// atOnce asks so many times at once, in three rounds.
func atOnce(ctx context.Context, requests int, tune func(*http.Transport, int)) (o pitfall.Outcome, err error) {
	conns, err := dialed(ctx, requests, func(transport *http.Transport) { tune(transport, requests) })
	if err != nil {
		return o, err
	}
	o.Add("requests at once, three times", requests)
	o.Add("connections that were dialed", conns)
	return o, o.Decide(conns == requests+2*(requests-2) && requests > 2, conns == requests)
}

// dialed is how many connections the rounds take. No request is answered until all of its round
// have come, so a round needs as many connections.
func dialed(ctx context.Context, requests int, tune func(*http.Transport)) (conns int, err error) {
	var here atomic.Int32
	all := make([]chan struct{}, rounds)
	for i := range all {
		all[i] = make(chan struct{})
	}
	handler := func(w http.ResponseWriter, r *http.Request) {
		n := int(here.Add(1)) - 1
		round := n / requests
		if n%requests == requests-1 {
			close(all[round])
		}
		select {
		case <-all[round]:
			says(w, r)
		case <-ctx.Done():
		}
	}
	err = serve(ctx, http.HandlerFunc(handler), func(w *world) error {
		tune(w.transport)
		client := &http.Client{Transport: traced{ctx, w.transport}}
		for range rounds {
			ends := make(chan error, requests)
			for range requests {
				go func() {
					resp, err := client.Get(w.url)
					if err == nil {
						_, err = io.Copy(io.Discard, resp.Body)
						err = errors.Join(err, resp.Body.Close())
					}
					ends <- err
				}()
			}
			for range requests {
				if err = errors.Join(err, <-ends); err != nil {
					return err
				}
			}
		}
		conns = int(w.conns.Load())
		return nil
	})
	return conns, err
}
