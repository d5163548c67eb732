package production

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/network"
)

// Shutdown stops a server in the middle of a download, by each protocol.
var Shutdown = experiment.Experiment{
	Name:      "shutdown",
	Subjects:  []string{"http.Server.Shutdown", "GOAWAY", "http3.Server.Shutdown"},
	About:     "A server that is stopped after ten pieces of thirty",
	Simulated: true,
	Do:        shutdown,
}

const pieces = 30

func shutdown(ctx context.Context, r *experiment.Report) error {
	whole := 0
	for _, c := range []struct {
		name string
		of   func(*world) (http.RoundTripper, func(), error)
	}{
		{"HTTP/1.1", func(w *world) (http.RoundTripper, func(), error) {
			t := w.overTCP((*http.Protocols).SetHTTP1)
			return t, t.CloseIdleConnections, nil
		}},
		{"HTTP/2", func(w *world) (http.RoundTripper, func(), error) {
			t := w.overTCP((*http.Protocols).SetHTTP2)
			return t, t.CloseIdleConnections, nil
		}},
		{"HTTP/3", func(w *world) (http.RoundTripper, func(), error) {
			return w.overUDP(nil)
		}},
	} {
		seen, err := stopped(ctx, c.of)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		r.Add(c.name+": pieces of 30 that arrive", seen.pieces)
		r.Add("  a new client meanwhile", seen.newcomer)
		if seen.pieces == pieces && seen.newcomer == "not answered" && seen.how == nil {
			whole++
		}
	}
	r.Shown = whole == 3
	r.Says = "What is in flight arrives, and nobody new gets in. HTTP/2 and HTTP/3 tell who is there by GOAWAY."
	return nil
}

type end struct {
	pieces   int
	newcomer string
	how      error
}

func stopped(ctx context.Context, client func(*world) (http.RoundTripper, func(), error)) (seen end, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	err = inside(5*time.Millisecond, func(w *world) error {
		return w.serve(http.HandlerFunc(download), func(stop func() error) error {
			old, close, err := client(w)
			if err != nil {
				return err
			}
			defer close()
			answer, err := get(ctx, old)
			if err != nil {
				return err
			}
			defer answer.Body.Close()
			for piece := make([]byte, 12); ; seen.pieces++ {
				if seen.pieces == 10 {
					go stop()
				}
				if seen.pieces == 20 {
					if seen.newcomer, err = knock(ctx, w, client); err != nil {
						return err
					}
				}
				if _, err := io.ReadFull(answer.Body, piece); err != nil {
					seen.how = stop() // or hears how it has
					return ctx.Err()
				}
			}
		})
	})
	return seen, err
}

func download(w http.ResponseWriter, r *http.Request) {
	for range pieces {
		io.WriteString(w, "hello, wire\n")
		http.NewResponseController(w).Flush()
		time.Sleep(10 * time.Millisecond)
	}
}

func get(ctx context.Context, client http.RoundTripper) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, "GET", "https://"+network.Server+"/", nil)
	if err != nil {
		return nil, err
	}
	return client.RoundTrip(request)
}

// knock tries with a new client, for as long as five pieces take.
func knock(ctx context.Context, w *world, client func(*world) (http.RoundTripper, func(), error)) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	fresh, close, err := client(w)
	if err != nil {
		return "", err
	}
	defer close()
	answer, err := get(ctx, fresh)
	if err != nil {
		return "not answered", nil
	}
	answer.Body.Close()
	return answer.Status, nil
}
