package forwarding

import (
	"context"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"

	"onthewire/lessons/05-http/proxy"
	"onthewire/lessons/05-http/proxy/destination"
	"onthewire/lessons/05-http/proxy/gateway"
	"onthewire/lessons/internal/experiment"
)

// ConnectionFields has an origin name one of its fields in Connection.
var ConnectionFields = experiment.Experiment{
	Name:     "connection-fields",
	Subjects: []string{"Connection", "hop-by-hop", "RFC 9110, 7.6.1", "httputil.ReverseProxy"},
	About:    "X-Hop is named in Connection, so no proxy may pass it on",
	Do:       connectionFields,
}

func connectionFields(ctx context.Context, r *experiment.Report) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	transport := &http.Transport{DisableKeepAlives: true}
	theirs, err := serving(ctx, &httputil.ReverseProxy{Transport: transport, Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.Host = r.In.URL.Host // the target is whole already, as of a forward proxy
	}})
	if err != nil {
		return err
	}
	ours, err := serving(ctx, proxy.New("ours", &destination.Policy{Allow: loopback}))
	if err != nil {
		return err
	}
	onward := gateway.Transport(nil)
	defer onward.CloseIdleConnections()
	var passed []bool
	for _, by := range []struct{ name, address string }{{"ReverseProxy", theirs}, {"our proxy", ours}, {"our gateway", ""}} {
		for _, connection := range []string{"X-Hop", "close, X-Hop"} {
			at, err := origin(ctx, "HTTP/1.1 200 OK\r\nX-Hop: for you only\r\nConnection: "+connection+"\r\nContent-Length: 0\r\n\r\n")
			if err != nil {
				return err
			}
			address := by.address
			if address == "" { // each has an origin of its own
				to := []*url.URL{{Scheme: "http", Host: at}}
				if address, err = serving(ctx, gateway.New("ours", to, onward)); err != nil {
					return err
				}
			}
			answer, err := says(ctx, address, "GET http://"+at+"/ HTTP/1.1\r\nHost: "+at+"\r\n\r\n")
			if err != nil {
				return err
			}
			seen, through := "not passed on", answer.Header.Get("X-Hop") != ""
			if through {
				seen = "passed on"
			}
			r.Add(by.name+", Connection: "+connection, seen)
			passed = append(passed, through)
		}
	}
	r.Shown = !passed[0] && passed[1] && !slices.Contains(passed[2:], true)
	r.Says = strings.Join([]string{
		"http.Transport removes Connection from an answer that has close in it, and with it the names beside close.",
		"Whoever sees the answer then does not know what to remove.",
	}, " ")
	return nil
}
