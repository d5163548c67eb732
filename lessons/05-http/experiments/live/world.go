// Package live has experiments with answers that do not end: WebSockets and server-sent events.
package live

import (
	"net/http"
	"time"

	"onthewire/lessons/05-http/experiments/network"
)

// inside serves on server:80 for as long as f runs.
func inside(handler http.Handler, f func(client *http.Client) error) error {
	n := network.New(time.Millisecond)
	server := &http.Server{Handler: handler}
	go server.Serve(n.Listen("server:80"))
	defer server.Close()
	transport := &http.Transport{DialContext: n.DialContext}
	defer transport.CloseIdleConnections()
	return f(&http.Client{Transport: transport})
}
