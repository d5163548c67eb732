package reuse

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"

	"onthewire/lessons/05-http/experiments/network"
	"onthewire/lessons/internal/experiment"
)

// Undrained leaves answers unread in several ways, and counts connections.
var Undrained = experiment.Experiment{
	Name:      "undrained",
	Subjects:  []string{"Response.Body", "Close", "keep-alive"},
	About:     "Ten requests one after the other, and what becomes of their answers",
	Simulated: true,
	Do:        undrained,
}

func undrained(ctx context.Context, r *experiment.Report) error {
	one, two := new(http.Protocols), new(http.Protocols)
	one.SetHTTP1(true)
	two.SetUnencryptedHTTP2(true)
	var left []*http.Response
	defer func() {
		for _, resp := range left {
			resp.Body.Close()
		}
	}()
	unread := func(resp *http.Response) error { return resp.Body.Close() }
	decoded := func(resp *http.Response) error {
		defer resp.Body.Close()
		var v map[string]string
		return json.NewDecoder(resp.Body).Decode(&v)
	}
	ways := []struct {
		name, path string
		protocol   *http.Protocols
		read       func(*http.Response) error
		want       int
	}{
		{"read to its end, closed", "/large", one, readAll, 1},
		{"closed, not read", "/large", one, unread, 10},
		{"closed, not read, 12 bytes", "/small", one, unread, 10},
		{"a JSON value read, closed", "/json", one, decoded, 1},
		{"  the same, its last chunk is late", "/late", one, decoded, 10},
		{"read, never closed", "/large", one, func(resp *http.Response) error {
			_, err := io.Copy(io.Discard, resp.Body)
			return err
		}, 1},
		{"neither read nor closed", "/large", one, func(resp *http.Response) error {
			left = append(left, resp)
			return nil
		}, 10},
		{"HTTP/2: closed, not read", "/large", two, unread, 1},
	}
	server := &http.Server{Handler: answers(), Protocols: new(http.Protocols)}
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetUnencryptedHTTP2(true)
	return inside(0, server, false, func(n *network.Network, _ *tls.Config) error {
		r.Shown = true
		for _, way := range ways {
			t := &http.Transport{DialContext: n.DialContext, Protocols: way.protocol}
			defer t.CloseIdleConnections()
			var opened atomic.Int64
			for range 10 {
				if err := ask(counting(ctx, &opened), t, "GET", "http://server"+way.path, "", nil, way.read); err != nil {
					return err
				}
			}
			r.Add(way.name, fmt.Sprint(opened.Load(), " connections"))
			r.Shown = r.Shown && int(opened.Load()) == way.want
		}
		r.Says = "A connection of HTTP/1.1 is good for the next request only once the answer has been read to its end, which Close does not do. HTTP/2 resets one stream."
		return nil
	})
}

func answers() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/large", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, strings.Repeat("x", 100_000)) })
	mux.HandleFunc("/small", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello, wire\n") })
	mux.HandleFunc("/json", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "{\"hello\": \"wire\"}\n") })
	mux.HandleFunc("/late", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "{\"hello\": \"wire\"}\n")
		http.NewResponseController(w).Flush()
		<-r.Context().Done() // until the client has gone, which is late indeed
	})
	return mux
}
