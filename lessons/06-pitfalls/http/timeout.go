package http

import (
	"context"
	"errors"
	"net/http"
	"os"
	"time"

	"onthewire/lessons/06-pitfalls/pitfall"
)

// Timeout asks a server that never answers, with a client that waits for ever.
var Timeout = pitfall.Pitfall{
	Number:    23,
	Name:      "client-timeout",
	Subjects:  []string{"Client.Timeout", "context", "http.Get"},
	Title:     "A client without a timeout",
	Symptom:   "One slow server elsewhere, and your own stops answering: each of its requests waits for one to that server, which never ends.",
	Simulated: true,
	Messages: []string{
		"context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
		"net/http: request canceled (Client.Timeout exceeded while awaiting headers)",
		"net/http: timeout awaiting response headers",
		"upstream request timeout",
		"upstream timed out (110: Connection timed out)",
		"operation timed out",
		"A Timeout of zero means no timeout",
	},
	Diagnose: [][2]string{
		{"curl localhost:6060/debug/pprof/goroutine?debug=2", "goroutines in persistConn.roundTrip, select, for minutes"},
	},
	Laptop: func(ctx context.Context) (pitfall.Outcome, error) { return neverAnswered(ctx, true, timeout{}.broken) },
	Broken: func(ctx context.Context) (pitfall.Outcome, error) { return neverAnswered(ctx, false, timeout{}.broken) },
	Fixed:  func(ctx context.Context) (pitfall.Outcome, error) { return neverAnswered(ctx, false, timeout{}.fixed) },
}

type timeout struct{}

// broken is a client for a server that should answer within most.
func (timeout) broken(transport http.RoundTripper, most time.Duration) *http.Client {
	return &http.Client{Transport: transport}
}

// fixed is a client for a server that should answer within most.
func (timeout) fixed(transport http.RoundTripper, most time.Duration) *http.Client {
	return &http.Client{Transport: transport, Timeout: most} // for the whole request, its body too
}

// neverAnswered asks once. The server answers, or accepts the request and does nothing.
func neverAnswered(ctx context.Context, answers bool, client func(http.RoundTripper, time.Duration) *http.Client) (o pitfall.Outcome, err error) {
	handler := func(w http.ResponseWriter, r *http.Request) {
		if answers {
			says(w, r)
		} else {
			<-r.Context().Done()
		}
	}
	err = simulate(ctx, &http.Server{Handler: http.HandlerFunc(handler)}, func(w *world) error {
		const most = 50 * time.Millisecond
		ended := make(chan error, 1)
		go func() {
			resp, err := client(w.transport, most).Get(w.url)
			if err == nil {
				err = resp.Body.Close()
			}
			ended <- err
		}()
		enough := time.NewTimer(20 * most)
		defer enough.Stop()
		select {
		case err := <-ended:
			o.Add("the request has ended", true)
			return o.Decide(false, err == nil || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded))
		case <-enough.C:
			o.Add("the request has ended", false)
			w.server.Close()
			<-ended
			return o.Decide(true, false)
		}
	})
	return o, err
}
