package production

import (
	"context"
	"net/http"
	"time"

	"onthewire/lessons/05-http/site"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/network"
)

// ReadyWait stops a server behind a load balancer that asks it every 100 ms whether it is ready, and
// sends it a client every 10 ms.
var ReadyWait = experiment.Experiment{
	Name:      "ready-wait",
	Subjects:  []string{"readiness", "load balancer"},
	About:     "A server stops. Its balancer asks /ready every 100 ms",
	Simulated: true,
	Do:        readyWait,
}

func readyWait(ctx context.Context, r *experiment.Report) error {
	var lost [2]int
	for i, wait := range []time.Duration{0, 150 * time.Millisecond} {
		var err error
		if lost[i], err = balanced(ctx, wait); err != nil {
			return err
		}
		name := "it stops to accept at once: clients refused"
		if wait > 0 {
			name = "it says 503 for 150 ms first: clients refused"
		}
		r.Add(name, lost[i])
	}
	r.Shown = lost[0] > 0 && lost[1] == 0
	r.Says = "A balancer that has not heard of it yet goes on sending clients."
	return nil
}

// balanced counts the clients that were sent to a server in vain.
func balanced(ctx context.Context, wait time.Duration) (lost int, err error) {
	stopping, sigterm := context.WithCancel(ctx)
	defer sigterm()
	content := (&site.Site{Stopping: stopping}).Handler()
	err = inside(time.Millisecond, func(w *world) error {
		return w.serve(content, func(stop func() error) error {
			ended := make(chan error, 1)
			time.AfterFunc(250*time.Millisecond, func() {
				sigterm()
				if wait > 0 {
					time.Sleep(wait)
				}
				ended <- stop()
			})
			for tick := 0; ; tick++ {
				if tick%10 == 0 && w.status(ctx, "/ready") != http.StatusOK {
					<-ended
					return ctx.Err() // from here on the balancer sends nobody
				}
				if w.status(ctx, "/") != http.StatusOK {
					lost++
				}
				select {
				case <-time.After(10 * time.Millisecond):
				case <-ctx.Done():
					<-ended
					return ctx.Err()
				}
			}
		})
	})
	return lost, err
}

// status is what a new client is answered, or 0.
func (w *world) status(ctx context.Context, path string) int {
	client := w.overTCP((*http.Protocols).SetHTTP1)
	defer client.CloseIdleConnections()
	request, err := http.NewRequestWithContext(ctx, "GET", "http://"+network.Server+path, nil)
	if err != nil {
		return 0
	}
	answer, err := client.RoundTrip(request)
	if err != nil {
		return 0
	}
	answer.Body.Close()
	return answer.StatusCode
}
