package gateway

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"onthewire/lessons/05-http/proxy/hop"
)

// LeftOut is how long nobody is sent to an origin that could not be reached.
const LeftOut = 10 * time.Second

var errUnfit = errors.New("the request cannot be sent on")

type origin struct {
	*url.URL
	out time.Time // until when it is left out; zero if it is not
}

// origins takes turns. It is the transport of a ReverseProxy.
type origins struct {
	transport *http.Transport

	mu   sync.Mutex
	all  []*origin
	next int
}

func among(urls []*url.URL, transport *http.Transport) *origins {
	o := &origins{transport: transport}
	for _, u := range urls {
		o.all = append(o.all, &origin{URL: u})
	}
	return o
}

// RoundTrip asks one origin after the other until it is connected to one. To be sent elsewhere
// when a connection has broken later could mean to be done twice.
func (o *origins) RoundTrip(r *http.Request) (*http.Response, error) {
	e := exchangeOf(r)
	for tried := map[*origin]bool{}; ; {
		at := o.pick(tried)
		tried[at] = true
		e.origin = at.Host
		answer, last, err := o.ask(at, r)
		if err == nil {
			return answer, nil
		}
		err = fmt.Errorf("ask %s: %w", at.Host, err)
		if last || r.Context().Err() != nil {
			return nil, err
		}
		o.leaveOut(at)
		if len(tried) == len(o.all) {
			return nil, err
		}
	}
}

// ask tells whether nobody else is to be asked, because it was connected in the end, or because the
// transport does not send such a request to anybody. It is the end that counts: a kept connection
// may turn out to be dead, and the next attempt to connect fail. All that was sent then is safe
// to be sent again, which the transport has made sure of.
func (o *origins) ask(at *origin, r *http.Request) (answer *http.Response, last bool, err error) {
	var tried atomic.Bool
	var conn atomic.Pointer[hop.Conn]
	out := r.Clone(httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{
		GetConn: func(string) {
			tried.Store(true)
			conn.Store(nil)
		},
		GotConn: func(got httptrace.GotConnInfo) {
			conn.Store(got.Conn.(*hop.Conn))
			conn.Load().Begin(nil)
			o.isIn(at)
		},
	}))
	out.Trailer = r.Trailer
	out.URL.Scheme, out.URL.Host = at.Scheme, at.Host
	if r.Body != nil {
		out.Body = io.NopCloser(r.Body) // the transport closes it even if it has not read it
	}
	answer, err = o.transport.RoundTrip(out)
	switch {
	case err == nil:
		return answer, true, forUs(answer, conn.Load())
	case !tried.Load(): // as for the name of a trailer that is none, which the server in front lets pass
		return nil, true, fmt.Errorf("%w: %w", errUnfit, err)
	}
	return nil, conn.Load() != nil, err
}

// pick returns the next whose turn it is and that has not been tried. If all of them are left
// out, we may be wrong about them, so it takes the one that has been out for longest.
func (o *origins) pick(tried map[*origin]bool) *origin {
	o.mu.Lock()
	defer o.mu.Unlock()
	now, first := time.Now(), (*origin)(nil)
	for i := range o.all {
		at := o.all[(o.next+i)%len(o.all)]
		if tried[at] {
			continue
		}
		if !now.Before(at.out) {
			if !at.out.IsZero() {
				at.out = now.Add(LeftOut) // this request finds out, and the others wait for that
			}
			o.next = (o.next + i + 1) % len(o.all)
			return at
		}
		if first == nil || at.out.Before(first.out) {
			first = at
		}
	}
	return first
}

func (o *origins) leaveOut(at *origin) { o.set(at, time.Now().Add(LeftOut)) }
func (o *origins) isIn(at *origin)     { o.set(at, time.Time{}) }

func (o *origins) set(at *origin, out time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	at.out = out
}
