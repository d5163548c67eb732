package deadlines

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"onthewire/lessons/05-http/experiments/network"
	"onthewire/lessons/internal/experiment"
)

// Timeouts has a server that falls silent in each phase of a request, and sets one timeout at a
// time.
var Timeouts = experiment.Experiment{
	Name: "timeouts",
	Subjects: []string{"Client.Timeout", "Dialer.Timeout", "TLSHandshakeTimeout", "ResponseHeaderTimeout",
		"context deadline exceeded", "i/o timeout"},
	About:     "One timeout at a time, and a server that falls silent: which phase does it end?",
	Simulated: true,
	Do:        timeouts,
}

const (
	short = 100 * time.Millisecond // each timeout
	long  = time.Second            // then we give up, since nobody else did
)

// A knob is a timeout of a client.
type knob struct {
	name string
	ends []phase
	set  func(c *client)
}

// A client is all that has a timeout.
type client struct {
	http.Client
	network   *network.Network
	transport *http.Transport
	ctx       context.Context
}

var knobs = []knob{
	{"Dialer.Timeout", []phase{dial}, func(c *client) {
		c.transport.DialContext = c.network.Dialer(short)
	}},
	{"TLSHandshakeTimeout", []phase{hello}, func(c *client) { c.transport.TLSHandshakeTimeout = short }},
	{"ResponseHeaderTimeout", []phase{head}, func(c *client) { c.transport.ResponseHeaderTimeout = short }},
	{"Client.Timeout", phases, func(c *client) { c.Timeout = short }},
	{"a context's deadline", phases, func(c *client) {
		ctx, cancel := context.WithTimeout(c.ctx, short)
		context.AfterFunc(ctx, cancel)
		c.ctx = ctx
	}},
}

func timeouts(ctx context.Context, r *experiment.Report) error {
	seen := make([]map[phase]error, len(knobs))
	failed := make(chan error, len(knobs)*len(phases))
	var mu sync.Mutex
	var all sync.WaitGroup
	for i, knob := range knobs {
		seen[i] = make(map[phase]error)
		for _, at := range phases {
			all.Go(func() {
				ended, err := meet(ctx, knob, at)
				if err != nil {
					failed <- err
				}
				mu.Lock()
				defer mu.Unlock()
				seen[i][at] = ended
			})
		}
	}
	all.Wait()
	close(failed)
	if err := <-failed; err != nil {
		return err
	}
	r.Shown = true
	for i, knob := range knobs {
		texts, at := make(map[string][]phase), []string{}
		for _, p := range phases {
			r.Shown = r.Shown && (seen[i][p] != nil) == slices.Contains(knob.ends, p)
			if seen[i][p] == nil {
				continue
			}
			text := seen[i][p].Error()
			if texts[text] == nil {
				at = append(at, text)
			}
			texts[text] = append(texts[text], p)
		}
		r.Add(knob.name, fmt.Sprintf("ends %d of %d phases", len(slices.Concat(slices.Collect(maps.Values(texts))...)), len(phases)))
		for _, text := range at {
			r.Add("  "+join(texts[text]), text)
		}
	}
	r.Says = "Each of Transport's timeouts ends one phase. None of them ends an upload that nobody reads, or a body that stops: only Client.Timeout and a context do, and they count the whole request."
	return ctx.Err()
}

func join(all []phase) string {
	names := make([]string, len(all))
	for i, p := range all {
		names[i] = string(p)
	}
	return strings.Join(names, ", ")
}

// meet asks a server that falls silent, with one timeout set. It returns what has ended the
// request, or nil if nothing has.
func meet(ctx context.Context, k knob, at phase) (ended, err error) {
	n := network.New(0)
	address, stop := silent(n, at)
	defer stop()
	ctx, giveUp := context.WithCancel(ctx)
	defer time.AfterFunc(long, giveUp).Stop()
	defer giveUp()
	c := &client{network: n, transport: &http.Transport{DialContext: n.DialContext}, ctx: ctx}
	c.Transport = c.transport
	defer c.transport.CloseIdleConnections()
	k.set(c)
	method, content := "GET", io.Reader(nil)
	if at == upload {
		method, content = "POST", endless{}
	}
	req, err := http.NewRequestWithContext(c.ctx, method, address, content)
	if err != nil {
		return nil, err
	}
	resp, err := c.Do(req)
	if err == nil {
		_, err = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
	if errors.Is(err, context.Canceled) {
		return nil, nil // by us
	}
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err // behind Get "http://server/":
	}
	return err, nil
}

// endless is a body without an end.
type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }
