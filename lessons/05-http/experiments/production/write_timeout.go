package production

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"onthewire/lessons/internal/experiment"
)

// WriteTimeout has a server with a WriteTimeout send events.
var WriteTimeout = experiment.Experiment{
	Name:      "write-timeout",
	Subjects:  []string{"http.Server.WriteTimeout", "http.ResponseController", "server-sent events"},
	About:     "Ten events, one every 100 ms, from a server whose WriteTimeout is 350 ms",
	Simulated: true,
	Do:        writeTimeout,
}

const (
	pace  = 100 * time.Millisecond
	limit = 350 * time.Millisecond
)

func writeTimeout(ctx context.Context, r *experiment.Report) error {
	cut, why, err := events(ctx, false)
	if err != nil {
		return err
	}
	r.Add("as it is: events that arrive", cut)
	r.Add("  and then the client reads", why)
	whole, _, err := events(ctx, true)
	if err != nil {
		return err
	}
	r.Add("a deadline for each event: events that arrive", whole)
	r.Shown = cut == 3 && why != nil && whole == 10
	r.Says = "WriteTimeout is one deadline for the whole answer. Who writes for longer sets a new one for each piece."
	return nil
}

// events asks for ten, and counts those that arrive.
func events(ctx context.Context, renew bool) (arrived int, why error, err error) {
	server := &http.Server{WriteTimeout: limit, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		w.Header().Set("Content-Type", "text/event-stream")
		control.Flush()
		for range 10 {
			select {
			case <-time.After(pace):
			case <-r.Context().Done():
				return
			}
			if renew {
				control.SetWriteDeadline(time.Now().Add(limit))
			}
			io.WriteString(w, "data: hello, wire\n\n")
			if control.Flush() != nil {
				return
			}
		}
	})}
	err = alone(server, func(client *http.Client) error {
		request, err := http.NewRequestWithContext(ctx, "GET", "http://server/", nil)
		if err != nil {
			return err
		}
		answer, err := client.Do(request)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		lines := bufio.NewScanner(answer.Body)
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "data: ") {
				arrived++
			}
		}
		why = lines.Err()
		return ctx.Err()
	})
	return arrived, why, err
}
