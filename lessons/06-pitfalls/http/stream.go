package http

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"onthewire/lessons/06-pitfalls/pitfall"
	"onthewire/lessons/internal/twelve"
)

// Stream sends events for longer than a server's WriteTimeout.
var Stream = pitfall.Pitfall{
	Number:    26,
	Name:      "write-timeout",
	Subjects:  []string{"Server.WriteTimeout", "server-sent events", "ResponseController.SetWriteDeadline"},
	Title:     "WriteTimeout cuts a stream",
	Symptom:   "Downloads and event streams end after the same number of seconds, in the middle, however fast they go.",
	Simulated: true,
	Messages: []string{
		"unexpected EOF",
		"ERR_INCOMPLETE_CHUNKED_ENCODING",
		"curl: (18) transfer closed with outstanding read data remaining",
		"upstream prematurely closed connection while reading upstream",
		"net::ERR_HTTP2_PROTOCOL_ERROR",
	},
	Diagnose: [][2]string{
		{"the client's log", "all streams are as old when they end: that is the timeout"},
		{"curl -N URL", "events come in time, until one does not"},
	},
	Laptop: func(ctx context.Context) (pitfall.Outcome, error) { return twoEvents(ctx, 0, stream{}.broken) },
	Broken: func(ctx context.Context) (pitfall.Outcome, error) {
		return twoEvents(ctx, 2*writeTimeout, stream{}.broken)
	},
	Fixed: func(ctx context.Context) (pitfall.Outcome, error) {
		return twoEvents(ctx, 2*writeTimeout, stream{}.fixed)
	},
}

const writeTimeout = 200 * time.Millisecond

type stream struct{}

// broken sends an event, for which the client has as long as for an answer.
func (stream) broken(w http.ResponseWriter, event string) error {
	controller := http.NewResponseController(w)
	if _, err := io.WriteString(w, event); err != nil {
		return err
	}
	return controller.Flush()
}

// fixed sends an event, for which the client has as long as for an answer.
func (stream) fixed(w http.ResponseWriter, event string) error {
	controller := http.NewResponseController(w)
	if err := controller.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil { // counted from now
		return err
	}
	if _, err := io.WriteString(w, event); err != nil {
		return err
	}
	return controller.Flush()
}

// twoEvents has a stream of two events, and so long between them.
func twoEvents(ctx context.Context, between time.Duration, send func(http.ResponseWriter, string) error) (o pitfall.Outcome, err error) {
	handler := func(w http.ResponseWriter, r *http.Request) {
		if send(w, twelve.Bytes) != nil {
			return
		}
		select {
		case <-time.After(between):
			send(w, twelve.Bytes)
		case <-r.Context().Done():
		}
	}
	err = simulate(ctx, &http.Server{Handler: http.HandlerFunc(handler), WriteTimeout: writeTimeout}, func(w *world) error {
		resp, err := (&http.Client{Transport: w.transport}).Get(w.url)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		got, err := io.ReadAll(resp.Body)
		o.Add("events sent", 2)
		o.Add("events that have come", len(got)/len(twelve.Bytes))
		return o.Decide(errors.Is(err, io.ErrUnexpectedEOF) && len(got) == len(twelve.Bytes), err == nil && len(got) == 2*len(twelve.Bytes))
	})
	return o, err
}
