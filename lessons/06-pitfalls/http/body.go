package http

import (
	"context"
	"io"
	"net/http"

	"onthewire/lessons/06-pitfalls/pitfall"
)

// Body leaves the body of an answer as it is.
var Body = pitfall.Pitfall{
	Number:   22,
	Name:     "body",
	Subjects: []string{"Response.Body", "connection pool", "goroutine leak"},
	Title:    "A body that nobody closes",
	Symptom:  "Each request opens a connection of its own and keeps it, with two goroutines. After some thousands no more can be opened.",
	Messages: []string{
		"dial tcp: socket: too many open files",
		"net/http.(*persistConn).readLoop",
		"net/http.(*persistConn).writeLoop",
		"response body must be closed",
	},
	Diagnose: [][2]string{
		{"curl localhost:6060/debug/pprof/goroutine?debug=1", "thousands in persistConn.readLoop, and as many in writeLoop"},
		{"ss -tn dst ADDRESS | wc -l", "a connection more with each request"},
		{"go vet, bodyclose", "vet sees a body that is used before the error is looked at, the linter bodyclose one that is not closed"},
	},
	Laptop: func(ctx context.Context) (pitfall.Outcome, error) { return inARow(ctx, 1, body{}.broken) },
	Broken: func(ctx context.Context) (pitfall.Outcome, error) { return inARow(ctx, 10, body{}.broken) },
	Fixed:  func(ctx context.Context) (pitfall.Outcome, error) { return inARow(ctx, 10, body{}.fixed) },
}

type body struct{}

// broken asks whether a page is there.
func (body) broken(client *http.Client, url string) (bool, error) {
	resp, err := client.Get(url)
	if err != nil {
		return false, err
	}
	return resp.StatusCode == http.StatusOK, nil
}

// fixed asks whether a page is there.
func (body) fixed(client *http.Client, url string) (bool, error) {
	resp, err := client.Get(url)
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // a connection that is read to the end is used again
	return resp.StatusCode == http.StatusOK, nil
}

// inARow asks one time after the other, so one connection is enough.
func inARow(ctx context.Context, requests int, ask func(*http.Client, string) (bool, error)) (o pitfall.Outcome, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	err = serve(ctx, http.HandlerFunc(says), func(w *world) error {
		client := &http.Client{Transport: traced{ctx, w.transport}}
		for range requests {
			if _, err := ask(client, w.url); err != nil {
				return err
			}
		}
		conns := int(w.conns.Load())
		o.Add("requests, one after the other", requests)
		o.Add("connections", conns)
		return o.Decide(conns == requests && requests > 1, conns == 1)
	})
	return o, err
}
