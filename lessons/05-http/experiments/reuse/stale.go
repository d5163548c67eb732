package reuse

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"sync"
	"time"

	"onthewire/lessons/05-http/experiments/network"
	"onthewire/lessons/05-http/pool"
	"onthewire/lessons/internal/experiment"
)

// Stale asks on a connection that the server is just closing.
var Stale = experiment.Experiment{
	Name:      "stale",
	Subjects:  []string{"keep-alive", "Idempotency-Key", "RFC 9110, 9.2.2", "http: server closed idle connection", "EOF"},
	About:     "A second request on a connection while the server's FIN is under way",
	Simulated: true,
	Do:        stale,
}

const tries = 5

func stale(ctx context.Context, r *experiment.Report) error {
	const oneWay = 50 * time.Millisecond
	key := http.Header{"Idempotency-Key": {"1f0c"}}
	cases := []struct {
		name, method string
		header       http.Header
		own          bool
	}{
		{"GET", "GET", nil, false},
		{"DELETE", "DELETE", nil, false},
		{"POST", "POST", nil, false},
		{"POST, Idempotency-Key", "POST", key, false},
		{"GET, our pool", "GET", nil, true},
		{"DELETE, our pool", "DELETE", nil, true},
		{"POST, our pool", "POST", nil, true},
		{"POST, Idempotency-Key, our pool", "POST", key, true},
	}
	failures := make([][]error, len(cases))
	// The server closes when its answer has been under way for so long that it arrives, and with
	// it the next request leaves.
	server := &http.Server{IdleTimeout: oneWay, Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})}
	err := inside(oneWay, server, false, func(n *network.Network, _ *tls.Config) error {
		var all sync.WaitGroup
		for i, c := range cases {
			all.Go(func() {
				for range tries {
					through, done := transport(n, c.own)
					err := ask(ctx, through, "GET", "http://server/", "", nil, readAll)
					if err == nil {
						err = ask(ctx, through, c.method, "http://server/", "a body", c.header, readAll)
					}
					if done(); err != nil {
						failures[i] = append(failures[i], err)
					}
				}
			})
		}
		all.Wait()
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	failed := make([]int, len(cases))
	for i, c := range cases {
		seen := fmt.Sprintf("%d of %d failed", len(failures[i]), tries)
		if failed[i] = len(failures[i]); failed[i] > 0 {
			seen += ": " + failures[i][0].Error()
		}
		r.Add(c.name, seen)
	}
	r.Shown = failed[0] == 0 && failed[1] == tries && failed[2] == tries && failed[3] == 0 &&
		failed[4] == 0 && failed[5] == 0 && failed[6] == tries && failed[7] == 0
	r.Says = "Nobody knows whether the server has read the request. Who may ask twice asks again. net/http takes GET, HEAD, OPTIONS and TRACE for that, and whatever has a key."
	return nil
}

func transport(n *network.Network, own bool) (through http.RoundTripper, done func()) {
	t := &http.Transport{DialContext: n.DialContext}
	if own {
		p := &pool.Pool{Transport: t, IdlePerHost: 2}
		return p, p.Close
	}
	return t, t.CloseIdleConnections
}
