package to3

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"time"

	"onthewire/lessons/05-http/fetch"
	"onthewire/lessons/05-http/origin"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/network"
)

// NoH3 sets up a server in each way in which HTTP/3 does not come, and asks the diagnosis.
var NoH3 = experiment.Experiment{
	Name:      "no-h3",
	Subjects:  []string{"Alt-Svc", "ALPN", "UDP port 443"},
	About:     "Servers whose HTTP/3 does not come, and what their client sees",
	Simulated: true,
	Do:        noH3,
}

// A fault is one reason, and which of the findings says so.
type fault struct {
	name    string
	kind    origin.Kind
	blocked bool
	what    string
}

var faults = []fault{
	{"it says nothing", origin.Kind{Silent: true}, false, "Alt-Svc"},
	{"it has a draft only", origin.Kind{AltSvc: `h3-29=":443"`}, false, "Alt-Svc"},
	{"UDP is blocked", origin.Kind{}, true, "QUIC"},
	{"it names a wrong port", origin.Kind{AltSvc: `h3=":444"`}, false, "QUIC"},
	{"its QUIC is no HTTP/3", origin.Kind{ALPN: "echo"}, false, "QUIC"},
	{"its certificate is another's", origin.Kind{Name: "elsewhere.test"}, false, "QUIC"},
	{"nothing is wrong", origin.Kind{Port: 8443}, false, ""},
}

func noH3(ctx context.Context, r *experiment.Report) error {
	found := make([][]fetch.Finding, len(faults))
	errs := make([]error, len(faults))
	var all sync.WaitGroup
	for i, f := range faults {
		all.Go(func() { found[i], errs[i] = f.diagnose(ctx) })
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	r.Shown = true
	for i, f := range faults {
		bad := fetch.Finding{Seen: "the client has to come again by itself"}
		for _, finding := range found[i] {
			if !finding.Good {
				bad = finding
				break
			}
		}
		r.Add(f.name, bad.Seen)
		r.Shown = r.Shown && bad.What == f.what
	}
	r.Says = "A wrong protocol or certificate says so in the handshake. Where nothing comes back, all that a client can do is wait, and that is what a firewall looks like. (This network has no ICMP, or the wrong port would be told from it.)"
	return nil
}

func (f fault) diagnose(ctx context.Context) (found []fetch.Finding, err error) {
	n := network.Simulate(roundTrip / 2)
	defer n.Close()
	server, err := origin.Start(n, f.kind, http.HandlerFunc(hello))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	if f.blocked {
		n.BlockUDP()
	}
	client := newClient(n, server)
	client.Silence = time.Second
	return client.WhyNot3(ctx, &url.URL{Scheme: "https", Host: network.Server, Path: "/"})
}
