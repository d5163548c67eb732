package to3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync/atomic"

	"onthewire/lessons/05-http/fetch"
	"onthewire/lessons/05-http/origin"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/network"
)

// Race visits a server again and again, which offers HTTP/3. From the third visit on, UDP is
// blocked.
var Race = experiment.Experiment{
	Name:     "race",
	Subjects: []string{"Alt-Svc, RFC 7838", "Happy Eyeballs, RFC 8305"},
	About:    "A client that follows Alt-Svc, and does not wait where UDP is blocked",
	Do:       race,
}

func race(ctx context.Context, r *experiment.Report) error {
	return experiment.Steadily(r, func() (err error) {
		n, err := network.Open(roundTrip / 2)
		if err != nil {
			return err
		}
		defer n.Close()
		server, err := origin.Start(n, origin.Kind{}, http.HandlerFunc(hello))
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, server.Close()) }()
		var datagrams atomic.Int64
		n.Tap(func(p network.Packet) {
			if p.UDP && p.ToServer {
				datagrams.Add(1)
			}
		})
		racer := &fetch.Racer{Client: *newClient(n, server)}
		u := &url.URL{Scheme: "https", Host: network.Server, Path: "/"}
		r.Shown = true
		for _, visit := range []struct {
			name, protocol string
			block, tries   bool // UDP, from now on; QUIC
		}{
			{"the first visit", "HTTP/2.0", false, false},
			{"the second: it has read Alt-Svc", "HTTP/3.0", false, true},
			{"the third: UDP is blocked", "HTTP/2.0", true, true},
			{"the fourth: it remembers", "HTTP/2.0", false, false},
		} {
			if visit.block {
				n.BlockUDP()
			}
			before := datagrams.Load()
			answer, err := racer.Get(ctx, u, io.Discard)
			if err != nil {
				return err
			}
			r.Add(visit.name, fmt.Sprintf("%s after %d ms", answer.Protocol, answer.Phases.FirstByte.Milliseconds()))
			tried := datagrams.Load() > before
			r.Shown = r.Shown && answer.Protocol == visit.protocol && tried == visit.tries
			if visit.block {
				r.Shown = r.Shown && answer.Phases.FirstByte >= fetch.HeadStart+3*roundTrip
			}
		}
		r.Says = "Blocked UDP costs the head start of QUIC, once. Then TCP connects, and the client leaves QUIC alone for five minutes."
		return nil
	})
}
