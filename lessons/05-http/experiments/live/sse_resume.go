package live

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"onthewire/lessons/05-http/experiments/network"
	"onthewire/lessons/05-http/site"
	"onthewire/lessons/internal/experiment"
)

// SSEResume restarts a server under a client that listens to its events.
var SSEResume = experiment.Experiment{
	Name:      "sse-resume",
	Subjects:  []string{"server-sent events", "text/event-stream", "Last-Event-ID"},
	About:     "A server restarts in the middle of its events: where a client goes on",
	Simulated: true,
	Do:        sseResume,
}

func sseResume(ctx context.Context, r *experiment.Report) error {
	n := network.New(time.Millisecond)
	transport := &http.Transport{DialContext: n.DialContext}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}

	first := startSite(n)
	defer first.Close()
	before, broken, err := listen(ctx, client, "", 3, func() { first.Close() })
	if err != nil {
		return err
	}
	second := startSite(n) // it has never heard of this client
	defer second.Close()
	with, _, err := listen(ctx, client, last(before), 2, nil)
	if err != nil {
		return err
	}
	without, _, err := listen(ctx, client, "", 2, nil)
	if err != nil {
		return err
	}
	r.Add("until the server restarts", strings.Join(before, ", "))
	r.Add("  and then", broken)
	r.Add("asked again, Last-Event-ID: "+last(before), strings.Join(with, ", "))
	r.Add("asked again without it", strings.Join(without, ", "))
	r.Shown = errors.Is(broken, io.ErrUnexpectedEOF) && last(before) == "3" && with[0] == "event 4" && without[0] == "event 1"
	r.Says = "An event has a number, and the client brings the last one that it has seen. So the server need not remember who was there, which is the client's business."
	return nil
}

func startSite(n *network.Network) *http.Server {
	server := &http.Server{Handler: new(site.Site).Handler()}
	go server.Serve(n.Listen("server:80"))
	return server
}

// listen reads so many events. If then is set, it does that afterwards, and reads on until the
// answer breaks.
func listen(ctx context.Context, client *http.Client, lastID string, events int, then func()) (seen []string, broken, err error) {
	req, err := http.NewRequestWithContext(ctx, "GET", "http://server/events?every=10ms", nil)
	if err != nil {
		return nil, nil, err
	}
	if lastID != "" {
		req.Header.Set("Last-Event-ID", lastID)
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	for len(seen) < events && lines.Scan() {
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			seen = append(seen, data)
		}
	}
	if len(seen) < events {
		return nil, nil, fmt.Errorf("read events: %d have come: %w", len(seen), lines.Err())
	}
	if then != nil {
		then()
		for lines.Scan() {
		}
		broken = lines.Err()
	}
	return seen, broken, nil
}

// last is the number of the last event.
func last(seen []string) string { return strings.TrimPrefix(seen[len(seen)-1], "event ") }
