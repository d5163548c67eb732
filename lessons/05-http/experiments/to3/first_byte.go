// Package to3 has the experiments on the way from HTTP/1.1 to HTTP/3: what it saves, what a
// lost packet does to each of them, and why it does not come.
package to3

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"onthewire/lessons/05-http/fetch"
	"onthewire/lessons/05-http/origin"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/network"
	"onthewire/lessons/internal/twelve"
)

const roundTrip = 50 * time.Millisecond

// FirstByte asks in each version, over a link of its own, and counts the round trips until the
// answer begins.
var FirstByte = experiment.Experiment{
	Name:     "first-byte",
	Subjects: []string{"RFC 9112", "RFC 9113", "RFC 9114", "RFC 8470"},
	About:    "Until the first byte of an answer, from nothing, 50 ms to and fro",
	Do:       firstByte,
}

// A way is one way to ask, and how many round trips it takes in theory.
type way struct {
	name    string
	scheme  string
	version fetch.Version
	early   bool
	trips   int
}

var ways = []way{
	{"HTTP/1.1 in the clear", "http", fetch.HTTP1, false, 2},
	{"HTTP/1.1 over TLS 1.3", "https", fetch.HTTP1, false, 3},
	{"HTTP/2 over TLS 1.3", "https", fetch.HTTP2, false, 3},
	{"HTTP/3", "https", fetch.HTTP3, false, 2},
	{"HTTP/3 in 0-RTT, on a second visit", "https", fetch.HTTP3, true, 1},
}

func firstByte(ctx context.Context, r *experiment.Report) error {
	return experiment.Steadily(r, func() error {
		r.Shown = true
		for _, w := range ways {
			r.Progress("%s", w.name)
			trips, took, err := w.ask(ctx)
			if err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
			unit := "round trips"
			if trips == 1 {
				unit = "round trip"
			}
			r.Add(w.name, fmt.Sprintf("%d %s, %d ms", trips, unit, took.Milliseconds()))
			r.Shown = r.Shown && trips == w.trips
		}
		r.Says = "A round trip is for the question itself. What is in front of it are handshakes: TCP's, and that of TLS behind it, or QUIC's, which is both. In 0-RTT the question goes along with the handshake."
		return nil
	})
}

// ask has an answer over a link of its own, and tells what it took until its first byte.
func (w way) ask(ctx context.Context) (trips int, took time.Duration, err error) {
	n, err := network.Open(roundTrip / 2)
	if err != nil {
		return 0, 0, err
	}
	defer n.Close()
	server, err := origin.Start(n, origin.Kind{}, http.HandlerFunc(hello))
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	client := newClient(n, server)
	u := &url.URL{Scheme: w.scheme, Host: network.Server, Path: "/"}
	if w.early {
		client.Sessions, client.Early = tls.NewLRUClientSessionCache(1), true
		if _, err := client.Get(ctx, u, w.version, io.Discard); err != nil { // which brings a ticket
			return 0, 0, err
		}
	}
	counted := n.Count()
	answer, err := client.Get(ctx, u, w.version, io.Discard)
	if err != nil {
		return 0, 0, err
	}
	if answer.Early != w.early {
		return 0, 0, fmt.Errorf("0-RTT: %t, want %t", answer.Early, w.early)
	}
	return counted.Now(), answer.Phases.FirstByte, nil
}

func newClient(n *network.Network, server *origin.Server) *fetch.Client {
	return &fetch.Client{Roots: server.Roots, Dial: n.DialContext, Socket: n.ClientUDP}
}

func hello(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, twelve.Bytes) }
