package reuse

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"onthewire/lessons/05-http/experiments/network"
	"onthewire/lessons/05-http/pool"
	"onthewire/lessons/internal/experiment"
)

// IdlePerHost asks ten questions at once, ten times, and counts connections.
var IdlePerHost = experiment.Experiment{
	Name:      "idle-per-host",
	Subjects:  []string{"http.Transport", "MaxIdleConnsPerHost", "httptrace", "pool_max_idle_per_host"},
	About:     "Ten requests at once, ten times: how many connections, and how long",
	Simulated: true,
	Do:        idlePerHost,
}

const (
	atOnce = 10
	rounds = 10
)

func idlePerHost(ctx context.Context, r *experiment.Report) error {
	var opened [3]int
	err := inside(10*time.Millisecond, &http.Server{Handler: together(atOnce)}, true, func(n *network.Network, roots *tls.Config) error {
		transport := func(idle int) *http.Transport {
			return &http.Transport{DialContext: n.DialContext, TLSClientConfig: roots, MaxIdleConnsPerHost: idle}
		}
		two, ten := transport(0), transport(10)
		own := &pool.Pool{Transport: transport(0), IdlePerHost: 10}
		defer two.CloseIdleConnections()
		defer ten.CloseIdleConnections()
		defer own.Close()
		for i, through := range []struct {
			name string
			http.RoundTripper
		}{{"MaxIdleConnsPerHost 2, as by default", two}, {"MaxIdleConnsPerHost 10", ten}, {"our own pool, IdlePerHost 10", own}} {
			begun := time.Now()
			var err error
			if opened[i], err = askRounds(ctx, through); err != nil {
				return err
			}
			r.Add(through.name, fmt.Sprint(opened[i], " handshakes"))
			r.Add("  a round of ten takes", (time.Since(begun) / rounds).Round(time.Millisecond))
		}
		return nil
	})
	r.Shown = opened[0] >= rounds*(atOnce-2) && opened[1] < 2*atOnce && opened[2] < 2*atOnce
	r.Says = "With the default, eight connections of ten are closed when they fall idle, and the next round pays for eight new ones: three round trips in place of one."
	return err
}

// askRounds returns how many of the requests had to open a connection, each with a handshake of
// TCP's and one of TLS's.
func askRounds(ctx context.Context, through http.RoundTripper) (int, error) {
	var opened atomic.Int64
	ctx = counting(ctx, &opened)
	for range rounds {
		var all sync.WaitGroup
		failed := make(chan error, atOnce)
		for range atOnce {
			all.Go(func() {
				failed <- ask(ctx, through, "GET", "https://server/", "", nil, readAll)
			})
		}
		all.Wait()
		close(failed)
		for err := range failed {
			if err != nil {
				return 0, err
			}
		}
	}
	return int(opened.Load()), nil
}

// together answers nobody before n have asked, so that all of them need a connection at once.
func together(n int) http.HandlerFunc {
	var mu sync.Mutex
	asked, all := 0, make(chan struct{})
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		mine := all
		if asked++; asked == n {
			close(all)
			asked, all = 0, make(chan struct{})
		}
		mu.Unlock()
		select {
		case <-mine:
		case <-r.Context().Done():
		}
	}
}
