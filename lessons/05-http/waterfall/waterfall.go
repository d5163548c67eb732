// Package waterfall fetches one page, with all that it names, as a browser does: over six
// connections of HTTP/1.1, over one of HTTP/2, and over one of HTTP/3. It notes for each
// file when it was wanted, asked for, begun and complete, on which connection.
//
// Read it in this order: page.go (the page), protocols.go (three ways to ask),
// this file (the browser).
package waterfall

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync"
	"time"

	"onthewire/lessons/05-http/origin"
	"onthewire/lessons/internal/network"
)

// A Load is what it took to have the page.
type Load struct {
	Protocol    string        `json:"protocol"`
	Files       []File        `json:"files"` // in the order of the page, itself first
	Connections int           `json:"connections"`
	Ready       int           `json:"round_trips_before"` // the first request could leave
	RoundTrips  int           `json:"round_trips"`        // until all was there
	Took        time.Duration `json:"ns"`                 // until all was there
}

// A File is one of the page's files, or the page. Its times are since the load began.
type File struct {
	Name       string        `json:"name"`
	Bytes      int           `json:"bytes"`
	Wanted     time.Duration `json:"wanted_ns"` // when the browser knew that it needs it
	Asked      time.Duration `json:"asked_ns"`  // when a connection was free for the request
	First      time.Duration `json:"first_ns"`  // when the answer's first byte came
	Complete   time.Duration `json:"complete_ns"`
	Connection int           `json:"connection"` // counted from 1
}

// Fetch loads the page over a network, from a server that it starts there.
func Fetch(ctx context.Context, n *network.Network, p Protocol) (Load, error) {
	return fetch(ctx, n, p, func() {})
}

// Lose is Fetch, and once the page is there it loses the nth long packet that comes.
func Lose(ctx context.Context, n *network.Network, p Protocol, nth int) (Load, error) {
	const long = 1000 // bytes; what is shorter only acknowledges, or is the end of something
	var fallen <-chan struct{}
	load, err := fetch(ctx, n, p, func() { fallen = n.Lose(nth, long) })
	if err != nil {
		return Load{}, err
	}
	select {
	case <-fallen:
		return load, nil
	default:
		return Load{}, fmt.Errorf("lose packet %d over %s: so many long ones did not come", nth, p.Name)
	}
}

// fetch calls paged when the page has come, before it asks for the files.
func fetch(ctx context.Context, n *network.Network, p Protocol, paged func()) (load Load, err error) {
	s, err := origin.Start(n, origin.Kind{}, http.HandlerFunc(answer))
	if err != nil {
		return Load{}, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	b := &browser{page: "https://" + network.Server + "/", trips: n.Count(), begun: time.Now(), paged: paged, connections: make(map[string]int)}
	client, closing, err := p.open(n, s.Roots)
	if err != nil {
		return Load{}, err
	}
	defer closing()
	b.client = client
	if err := b.load(ctx); err != nil {
		return Load{}, fmt.Errorf("load the page over %s: %w", p.Name, cmp.Or(ctx.Err(), err))
	}
	return Load{
		Protocol: p.Name, Files: b.files, Connections: len(b.connections),
		Ready: b.ready, RoundTrips: b.trips.Now(), Took: time.Since(b.begun),
	}, nil
}

// A browser loads one page.
type browser struct {
	page   string
	client http.RoundTripper
	trips  *network.Trips
	begun  time.Time
	paged  func()
	files  []File

	mu          sync.Mutex
	connections map[string]int // by their client's address
	ready       int
}

// load fetches the page, and then at once all that it names.
func (b *browser) load(ctx context.Context) error {
	page, text, err := b.fetch(ctx, "", func() {})
	if err != nil {
		return err
	}
	page.Name = "page"
	b.paged()
	names := named(text)
	b.files = make([]File, 1+len(names))
	b.files[0] = page
	errs := make([]error, len(names))
	var all sync.WaitGroup
	for i, name := range names {
		queued := make(chan struct{})
		all.Go(func() { b.files[i+1], _, errs[i] = b.fetch(ctx, name, sync.OnceFunc(func() { close(queued) })) })
		<-queued // they ask in the order of the page
	}
	all.Wait()
	return errors.Join(errs...)
}

// fetch has one file. It calls queued when the request begins to wait for a connection.
func (b *browser) fetch(ctx context.Context, name string, queued func()) (file File, body []byte, err error) {
	defer queued()
	file = File{Name: name, Wanted: time.Since(b.begun)}
	trace := &httptrace.ClientTrace{
		GetConn: func(string) { queued() },
		GotConn: func(info httptrace.GotConnInfo) {
			file.Asked = time.Since(b.begun)
			file.Connection = b.connection(info.Conn.LocalAddr().String())
		},
		GotFirstResponseByte: func() { file.First = time.Since(b.begun) },
	}
	request, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), "GET", b.page+name, nil)
	if err != nil {
		return file, nil, err
	}
	response, err := b.client.RoundTrip(request)
	if err != nil {
		return file, nil, err
	}
	defer response.Body.Close()
	body, err = io.ReadAll(io.LimitReader(response.Body, most))
	file.Bytes, file.Complete = len(body), time.Since(b.begun)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: the server says %s", name, response.Status)
	}
	return file, body, err
}

// connection is the number of the connection with this address.
func (b *browser) connection(address string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.connections) == 0 {
		b.ready = b.trips.Now()
	}
	if b.connections[address] == 0 {
		b.connections[address] = len(b.connections) + 1
	}
	return b.connections[address]
}
