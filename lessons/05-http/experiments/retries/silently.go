package retries

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"onthewire/lessons/05-http/experiments/network"
	"onthewire/lessons/05-http/pool"
	"onthewire/lessons/internal/experiment"
)

// Silently counts how often a request arrives that was sent once.
var Silently = experiment.Experiment{
	Name:      "retries",
	Subjects:  []string{"http.Transport", "GetBody", "Idempotency-Key", "REFUSED_STREAM", "GOAWAY", "RFC 9110, 9.2.2"},
	About:     "You send a request once. How often does net/http send it?",
	Simulated: true,
	Do:        silently,
}

// A sending is a request, and what becomes of the first that arrives.
type sending struct {
	version  int // of HTTP
	method   string
	body     string // none, a copy (there is a GetBody), or once
	key      bool
	fresh    bool // nobody has used the connection before
	fault    fault
	own      bool // by our own pool
	arrivals int
}

var sendings = []sending{
	{1, "GET", "none", false, false, closes, false, 2},
	{1, "GET", "none", false, true, closes, false, 1},
	{1, "GET", "none", false, false, oneByte, false, 1},
	{1, "GET", "none", false, false, busy, false, 1},
	{1, "PUT", "a copy", false, false, closes, false, 1},
	{1, "POST", "a copy", false, false, closes, false, 1},
	{1, "POST", "a copy", true, false, closes, false, 2},
	{1, "POST", "once", true, false, closes, false, 1},
	{2, "GET", "none", false, false, closes, false, 1},
	{2, "GET", "none", false, false, closes, true, 2},
	{2, "POST", "a copy", false, false, refuses, false, 2},
	{2, "POST", "once", false, false, refuses, false, 1},
	{2, "POST", "a copy", false, false, goesAway, false, 2},
}

func (s sending) String() string {
	text := fmt.Sprintf("h%d %s", s.version, s.method)
	if s.key {
		text += ", key"
	}
	if s.body == "once" {
		text += ", no GetBody"
	}
	if s.fresh {
		text += ", new connection"
	}
	if s.own {
		text += ", our pool"
	}
	return text + ": " + string(s.fault)
}

func silently(ctx context.Context, r *experiment.Report) error {
	r.Shown = true
	for _, s := range sendings {
		arrivals, err := s.send(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		seen := []string{"", "once", "twice"}[min(arrivals, 2)]
		if err != nil {
			seen += ", " + err.Error()
		}
		r.Add(s.String(), seen)
		r.Shown = r.Shown && arrivals == s.arrivals
	}
	r.Says = "Over HTTP/1.1 it repeats what is harmless, on a used connection, before the first byte of an answer. Over HTTP/2 it repeats what the server says it has not begun, a POST too, but not what was on a connection that broke."
	return nil
}

// send returns how often the request has arrived.
func (s sending) send(ctx context.Context) (arrivals int, err error) {
	var protocols http.Protocols
	protocols.SetHTTP1(s.version == 1)
	protocols.SetUnencryptedHTTP2(s.version == 2)
	n, by := network.New(0), &server{fault: s.fault}
	each := by.speakHTTP1
	if s.version == 2 {
		each = by.speakHTTP2
	}
	defer by.serve(n, each)()
	transport := &http.Transport{DialContext: n.DialContext, Protocols: &protocols}
	defer transport.CloseIdleConnections()
	var through http.RoundTripper = transport
	if s.own {
		p := &pool.Pool{Transport: transport, IdlePerHost: 2}
		defer p.Close()
		through = p
	}
	if !s.fresh {
		if _, err := ask(ctx, through, "GET", "/", nil, false); err != nil {
			return 0, err
		}
	}
	var body io.Reader
	switch s.body {
	case "a copy":
		body = strings.NewReader("a body")
	case "once":
		body = io.MultiReader(strings.NewReader("a body"))
	}
	status, err := ask(ctx, through, s.method, "/tested", body, s.key)
	if err == nil && status != "200 OK" {
		err = fmt.Errorf("%s", status)
	}
	return int(by.tested.Load()), err
}

func ask(ctx context.Context, through http.RoundTripper, method, path string, body io.Reader, key bool) (status string, err error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://server"+path, body)
	if err != nil {
		return "", err
	}
	if key {
		req.Header.Set("Idempotency-Key", "1f0c")
	}
	resp, err := through.RoundTrip(req)
	if err != nil {
		return "", err
	}
	resp.Body.Close()
	return resp.Status, nil
}
