package http

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"onthewire/lessons/06-pitfalls/pitfall"
)

// Sigterm ends a server with what it is answering.
var Sigterm = pitfall.Pitfall{
	Number:    28,
	Name:      "sigterm",
	Subjects:  []string{"SIGTERM", "Server.Shutdown", "readiness"},
	Title:     "SIGTERM drops what is in flight",
	Symptom:   "With every deployment a few requests fail, and a few more are refused, because the balancer has not noticed yet.",
	Simulated: true,
	Messages: []string{
		"http: Server closed",
		"unexpected EOF",
		"connect: connection refused",
		"upstream connect error or disconnect/reset before headers. reset reason: connection failure",
		"connect() failed (111: Connection refused) while connecting to upstream",
		"502 Bad Gateway",
	},
	Diagnose: [][2]string{
		{"the balancer's log, beside that of the deployment", "502 or resets in the same second as a stop"},
		{"strace -f -e trace=network,close,exit_group", "close of connections on which an answer was owed, or no close at all: killed by SIGTERM, or exit_group right behind the signal"},
	},
	Laptop: func(ctx context.Context) (pitfall.Outcome, error) { return stopped(ctx, false, sigterm{}.broken) },
	Broken: func(ctx context.Context) (pitfall.Outcome, error) { return stopped(ctx, true, sigterm{}.broken) },
	Fixed:  func(ctx context.Context) (pitfall.Outcome, error) { return stopped(ctx, true, sigterm{}.fixed) },
}

type sigterm struct{}

// broken stops a server. A balancer needs notice to see that it is not ready any more.
func (sigterm) broken(ctx context.Context, server *http.Server, ready *atomic.Bool, notice time.Duration) error {
	return server.Close()
}

// fixed stops a server. A balancer needs notice to see that it is not ready any more.
func (sigterm) fixed(ctx context.Context, server *http.Server, ready *atomic.Bool, notice time.Duration) error {
	ready.Store(false)
	select {
	case <-time.After(notice): // requests still come meanwhile
	case <-ctx.Done():
	}
	return server.Shutdown(ctx)
}

// stopped stops a server, with a request in flight or without. When the server says that it is not
// ready, another one comes, as from a balancer that has not asked yet.
func stopped(ctx context.Context, inFlight bool, stop func(context.Context, *http.Server, *atomic.Bool, time.Duration) error) (o pitfall.Outcome, err error) {
	var ready atomic.Bool
	ready.Store(true)
	arrived, goOn := make(chan struct{}), make(chan struct{})
	release := sync.OnceFunc(func() { close(goOn) })
	defer release()
	mux := http.NewServeMux()
	mux.HandleFunc("/", says)
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		close(arrived)
		select {
		case <-goOn:
			says(w, r)
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("/ready", func(w http.ResponseWriter, r *http.Request) {
		if !ready.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	err = simulate(ctx, &http.Server{Handler: mux}, func(w *world) error {
		slow := make(chan error, 1)
		if inFlight {
			go func() { slow <- w.get("/slow", http.StatusOK) }()
			select {
			case <-arrived:
			case err := <-slow:
				return err
			}
		} else {
			slow <- w.get("/", http.StatusOK)
		}
		stopping := make(chan error, 1)
		go func() { stopping <- stop(ctx, w.server, &ready, time.Second) }()
		var late error
		if inFlight {
			for late == nil { // until it is not ready, or not there
				late = w.get("/ready", http.StatusOK)
			}
			if errors.Is(late, errStatus) {
				late = w.get("/", http.StatusOK)
			}
		}
		if late == nil {
			release() // otherwise the connection of the other ends without
		}
		err := <-slow
		if stopped := <-stopping; stopped != nil || ctx.Err() != nil {
			return errors.Join(stopped, ctx.Err())
		}
		o.Add("the request in flight is answered", err == nil)
		o.Add("one that comes as it stops is answered", late == nil)
		return o.Decide(err != nil && late != nil, err == nil && late == nil)
	})
	return o, err
}

var errStatus = errors.New("another status")

// get asks for a path on a connection of its own.
func (w *world) get(path string, want int) error {
	own := w.transport.Clone()
	own.DisableKeepAlives = true
	resp, err := (&http.Client{Transport: own}).Get(w.url + path)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err = io.Copy(io.Discard, resp.Body); err == nil && resp.StatusCode != want {
		err = errStatus
	}
	return err
}
