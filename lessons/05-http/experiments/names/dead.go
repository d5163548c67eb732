// Package names has experiments with names, the addresses that they stand for, and connections
// that know nothing of either any more.
package names

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"onthewire/lessons/05-http/experiments/network"
	"onthewire/lessons/internal/experiment"
)

// Dead loses everything on a connection of HTTP/2, and asks on.
var Dead = experiment.Experiment{
	Name:      "dead",
	Subjects:  []string{"HTTP2Config.SendPingTimeout", "PingTimeout", "http2: client connection lost", "go #36026"},
	About:     "The way dies and nobody says so: how many requests go to the dead connection?",
	Simulated: true,
	Do:        dead,
}

const (
	within = 20 * time.Millisecond // each request's timeout
	beside = 25                    // requests at a time
)

func dead(ctx context.Context, r *experiment.Report) error {
	without, _, _, err := losing(ctx, nil, beside)
	if err != nil {
		return err
	}
	r.Add("no pings: lost requests", fmt.Sprintf("%d, %d at a time", without, beside))
	with, took, told, err := losing(ctx, &http.HTTP2Config{SendPingTimeout: 100 * time.Millisecond, PingTimeout: 50 * time.Millisecond}, 1)
	if err != nil {
		return err
	}
	r.Add("SendPingTimeout 100 ms, PingTimeout 50 ms", fmt.Sprintf("%d, one after the other", with))
	r.Add("  answered again after", took.Round(time.Millisecond))
	r.Add("  one without a timeout gets", told)
	r.Shown = without >= 200 && with < 30 && told != nil
	r.Says = "Every lost request keeps its place on the dead connection, until none is left of the 250 that the server allows. Only then a new one is opened. A ping finds out sooner."
	return nil
}

// losing cuts the way after one answer, and asks until there is another one. Beside them, if there
// are pings, it asks once without a timeout, and returns what that is told.
func losing(ctx context.Context, config *http.HTTP2Config, atOnce int) (lost int, took time.Duration, told, err error) {
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	n := network.New(time.Millisecond)
	defer n.Close() // the dead connection is not idle, so nobody else closes it
	server := &http.Server{Protocols: &protocols, Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})}
	go server.Serve(n.Listen("server:80"))
	defer server.Close()
	transport := &http.Transport{DialContext: n.DialContext, Protocols: &protocols, HTTP2: config}
	defer transport.CloseIdleConnections()
	ask := func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, "GET", "http://server/", nil)
		if err != nil {
			return err
		}
		resp, err := transport.RoundTrip(req)
		if err == nil {
			resp.Body.Close()
		}
		return err
	}
	if err := ask(ctx); err != nil {
		return 0, 0, nil, err
	}
	n.Cut()
	begun, first := time.Now(), make(chan error, 1)
	go func() {
		if config == nil {
			first <- nil
			return
		}
		first <- ask(ctx)
	}()
	var failed, answered atomic.Int64
	for answered.Load() == 0 {
		var all sync.WaitGroup
		for range atOnce {
			all.Go(func() {
				ctx, cancel := context.WithTimeout(ctx, within)
				defer cancel()
				if err := ask(ctx); err == nil {
					answered.Add(1)
				} else if !errors.Is(err, context.Canceled) {
					failed.Add(1)
				}
			})
		}
		all.Wait()
		if failed.Load() > 2000 || ctx.Err() != nil {
			<-first
			return 0, 0, nil, fmt.Errorf("%d requests were lost, and the connection is still used: %w", failed.Load(), ctx.Err())
		}
	}
	took = time.Since(begun)
	return int(failed.Load()), took, <-first, nil
}
