package production

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"

	"onthewire/lessons/05-http/pipe"
	"onthewire/lessons/05-http/proxy/gateway"
	"onthewire/lessons/internal/experiment"
)

// HalfAnswer has an origin die in the middle of an answer, behind two reverse proxies.
var HalfAnswer = experiment.Experiment{
	Name:      "half-answer",
	Subjects:  []string{"httputil.ReverseProxy", "http.ErrAbortHandler", "http.ServerContextKey"},
	About:     "An origin dies in the middle of an answer in chunks. What does the client see?",
	Simulated: true,
	Do:        halfAnswer,
}

func halfAnswer(ctx context.Context, r *experiment.Report) error {
	origin := pipe.Listen()
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "half")
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})}
	go server.Serve(origin)
	defer server.Close()
	transport := gateway.Transport(nil)
	transport.DialContext = origin.DialContext
	defer transport.CloseIdleConnections()
	to := &url.URL{Scheme: "http", Host: "origin"}
	theirs := &httputil.ReverseProxy{Transport: transport, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }}
	var seen []string
	for _, through := range []struct {
		name string
		http.Handler
	}{{"ReverseProxy", theirs}, {"our gateway", gateway.New("us", []*url.URL{to}, transport)}} {
		for _, by := range []string{"HTTP/1.1", "HTTP/2", "HTTP/3"} {
			got, err := halfOf(ctx, through.Handler, by)
			if err != nil {
				return fmt.Errorf("%s by %s: %w", through.name, by, err)
			}
			seen = append(seen, got)
			r.Add(through.name+", "+by, got)
		}
	}
	const whole, broken = "half of it, as if it were all", "a broken answer"
	r.Shown = seen[0] == broken && seen[1] == broken && seen[2] == whole && seen[3] == broken && seen[4] == broken && seen[5] == broken
	r.Says = "ReverseProxy cuts an answer off only where http.ServerContextKey tells it that it runs in a server of net/http's, which quic-go's does not say."
	return nil
}

// halfOf asks by one protocol, and tells what the client makes of it.
func halfOf(ctx context.Context, handler http.Handler, by string) (seen string, err error) {
	err = inside(0, func(w *world) error {
		return w.serve(handler, func(func() error) error {
			var client http.RoundTripper
			switch by {
			case "HTTP/1.1":
				client = w.overTCP((*http.Protocols).SetHTTP1)
			case "HTTP/2":
				client = w.overTCP((*http.Protocols).SetHTTP2)
			default:
				overUDP, close, err := w.overUDP(nil)
				if err != nil {
					return err
				}
				defer close()
				client = overUDP
			}
			if overTCP, ok := client.(*http.Transport); ok {
				defer overTCP.CloseIdleConnections()
			}
			answer, err := get(ctx, client)
			if err == nil {
				defer answer.Body.Close()
				_, err = io.ReadAll(answer.Body)
			}
			if seen = "half of it, as if it were all"; err != nil {
				seen = "a broken answer"
			}
			return ctx.Err()
		})
	})
	return seen, err
}
