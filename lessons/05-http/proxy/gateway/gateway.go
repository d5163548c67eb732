// Package gateway is a reverse proxy: clients ask it by HTTP/1.1, HTTP/2 or HTTP/3 as if it were
// the server, and it asks one of several origins by HTTP/1.1. It stands on httputil.ReverseProxy,
// and does what that leaves to whoever uses it.
//
// Read it in this order: gateway.go (one request), rewrite.go (what each side gets to see of the
// other), origins.go (which origin is asked), transport.go (how), exchange.go (how long it may
// take), writer.go (the answer on its way to the client), refuse.go (what is said when there is
// none), serve.go (accepting and stopping).
package gateway

import (
	"context"
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"

	"onthewire/lessons/05-http/proxy/hop"
)

// A Gateway is an http.Handler. Set its fields before it serves.
type Gateway struct {
	Proxy   httputil.ReverseProxy // its ErrorLog is the caller's to set
	MaxBody int64                 // bytes of a request's body

	// ReadyPath is answered by the gateway itself, if it is not empty: with 503 once Stopping
	// has ended.
	ReadyPath string
	Stopping  context.Context

	Watch func(Done) // hears of every request when it is over

	name     string // in Via
	origins  *origins
	upgrades context.Context // ends when who has upgraded is to be cut off
	cut      context.CancelFunc
}

// New makes a gateway to these origins, of which only scheme and host count. No other gateway may
// have its name. The transport is one that Transport has made.
func New(name string, to []*url.URL, transport *http.Transport) *Gateway {
	g := &Gateway{MaxBody: 10 << 20, Stopping: context.Background(), Watch: func(Done) {}, name: name, origins: among(to, transport)}
	g.upgrades, g.cut = context.WithCancel(context.Background())
	g.Proxy = httputil.ReverseProxy{
		Rewrite:        g.rewrite,
		Transport:      g.origins,
		ModifyResponse: g.back,
		ErrorHandler:   failed,
		FlushInterval:  -1, // each piece at once; by default only where no length is known
		BufferPool:     new(blocks),
	}
	return g
}

// Done is a request that is over.
type Done struct {
	Request *http.Request
	Origin  string // the last that was asked, if any was
	Status  int
	Bytes   int64 // of the answer's body, or of what a protocol after an upgrade sent
	Took    time.Duration
	Cut     bool  // the client has only a part of the answer
	Err     error // why it is not the origin's answer
}

// ServeHTTP answers one request.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	begun, e := time.Now(), g.newExchange(w, r)
	to := &writer{ResponseWriter: w, e: e, status: http.StatusOK}
	cut := true
	defer func() { // also when ReverseProxy panics with http.ErrAbortHandler, since an answer broke off
		e.end()
		g.Watch(Done{r, e.origin, to.status, to.bytes.Load(), time.Since(begun), cut, e.err})
	}()
	switch status, why := g.refuses(r); {
	case status != 0:
		http.Error(to, why, status)
	case hop.EndsHere(to, r):
	case g.ReadyPath != "" && r.URL.Path == g.ReadyPath:
		g.ready(to)
	default:
		if r.ContentLength != 0 {
			named := hop.Named(r.Header)
			r.Body = e.upload.Body(http.MaxBytesReader(to, r.Body, g.MaxBody), func() { hop.Remove(r.Trailer, named) })
		}
		g.Proxy.ServeHTTP(to, r.WithContext(e.ctx))
	}
	cut = false
}

// ready tells a load balancer whether to send anybody here.
func (g *Gateway) ready(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store")
	if g.Stopping.Err() != nil {
		http.Error(w, "stopping", http.StatusServiceUnavailable)
		return
	}
	w.Write([]byte("ready\n"))
}
