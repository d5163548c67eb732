// Package proxy is a forward proxy: it receives a client's request, forwards it to whom the target
// names, and returns the answer. For all that is not HTTP in the clear it makes tunnels.
//
// Read it in this order: proxy.go (one request and its answer), hop (what is not passed on),
// destination (to whom it connects), refuse.go and via (what goes no further), exchange.go (what
// happens until the answer begins), upload (the request's body), kept.go (which connection a
// request gets), tunnels.go and tunnel (CONNECT and upgrades), serve.go (accepting, telling and
// stopping).
package proxy

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"onthewire/lessons/05-http/proxy/destination"
	"onthewire/lessons/05-http/proxy/hop"
	"onthewire/lessons/05-http/proxy/tunnel"
	"onthewire/lessons/05-http/proxy/via"
)

const (
	thinking = 30 * time.Second // that an origin may take until its answer begins
	silence  = time.Minute      // in the middle of a message, from either side
	maxHead  = 64 << 10         // bytes of a head
)

// A Proxy is an http.Handler.
type Proxy struct {
	name        string // in Via
	to          *destination.Policy
	kept, fresh *http.Transport
	tunnels     *tunnel.Tunnels

	Watch func(Done) // hears of every request and tunnel when it is over
}

// New makes a proxy that connects to whom the policy lets it. Its name is one that no other has.
func New(name string, to *destination.Policy) *Proxy {
	return &Proxy{
		name: name, to: to, kept: transport(to, true), fresh: transport(to, false),
		tunnels: tunnel.New(idleTunnel, halfTunnel), Watch: func(Done) {},
	}
}

// ServeHTTP forwards one request. The transport would neither follow a redirect nor keep a
// cookie: that is for the client to do.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect {
		p.connect(w, r)
		return
	}
	if status, why := p.refuses(r); status != 0 {
		http.Error(w, why, status)
		return
	}
	if hop.EndsHere(w, r) {
		return
	}
	e := newExchange(w, r)
	defer e.end()
	answer, err := p.transport(r).RoundTrip(p.onward(e, r))
	e.upload.Early(w.Header())
	if err = e.answered(answer, err); err != nil {
		http.Error(w, fmt.Sprintf("%s: %v", r.URL.Host, err), StatusOf(err))
		return
	}
	if answer.StatusCode == http.StatusSwitchingProtocols {
		p.switches(w, answer, e)
		return
	}
	defer answer.Body.Close()
	p.back(w, answer, e)
}

// onward is the request as the origin gets it.
func (p *Proxy) onward(e *exchange, r *http.Request) *http.Request {
	out := r.Clone(e.ctx)
	out.Close = false     // that was about the client's connection
	out.Host = r.URL.Host // the target counts, whatever Host says (RFC 9112, section 3.2.2)
	named := hop.Strip(out.Header)
	if e.upgrade != "" {
		out.Header["Connection"], out.Header["Upgrade"] = []string{"Upgrade"}, []string{e.upgrade}
	}
	via.Add(out.Header, r.ProtoMajor, r.ProtoMinor, p.name)
	if out.Header["User-Agent"] == nil {
		out.Header["User-Agent"] = nil // else the transport adds its own
	}
	if r.Method == http.MethodOptions && r.URL.Path == "" && r.URL.RawQuery == "" {
		out.URL.Opaque = "*" // it asks about the server and not about a page
	}
	out.Trailer = r.Trailer // not a copy: what is in there comes behind the body
	if out.Body = nil; r.ContentLength != 0 {
		out.Body = e.upload.Body(r.Body, func() { hop.Remove(r.Trailer, named) })
	}
	return out
}

var blocks = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// back is the answer as the client gets it, piece by piece as it comes.
func (p *Proxy) back(w http.ResponseWriter, answer *http.Response, e *exchange) {
	named := append(hop.Strip(answer.Header), e.named...)
	hop.Remove(answer.Header, named)
	via.Add(answer.Header, answer.ProtoMajor, answer.ProtoMinor, p.name)
	if answer.Header["Content-Type"] == nil {
		answer.Header["Content-Type"] = nil // else net/http's server guesses one
	}
	for name := range answer.Trailer {
		answer.Header.Add("Trailer", name)
	}
	copyFields(w.Header(), answer.Header, "")
	to := &pieces{w, e}
	to.WriteHeader(answer.StatusCode)
	block := blocks.Get().(*[32 << 10]byte)
	defer blocks.Put(block)
	if _, err := io.CopyBuffer(to, answer.Body, block[:]); err != nil {
		panic(http.ErrAbortHandler) // to return would tell the client that this was all
	}
	e.over()
	if len(answer.Trailer) > 0 {
		e.client.Flush() // a short answer that is still here would leave with a length, and those without trailers
	}
	hop.Remove(answer.Trailer, named)
	copyFields(w.Header(), answer.Trailer, http.TrailerPrefix)
}

func copyFields(to, from http.Header, prefix string) {
	for name, values := range from {
		to[prefix+name] = slices.Clone(values)
	}
}
