package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptrace"
	"net/url"
	"sync"
	"time"
)

// HeadStart is how long QUIC is tried alone where nothing else is said.
const HeadStart = 200 * time.Millisecond

// A Racer is a client that asks by HTTP/3 where a server has offered that, and does not wait for
// it where it does not get through. It remembers both.
type Racer struct {
	Client
	HeadStart time.Duration // that QUIC has before TCP; 0: the constant
	Forget    time.Duration // how long QUIC that has lost is not tried again; 0: 5 minutes

	mu    sync.Mutex
	known map[string]*known // by scheme and host of a URL
}

// known is what is known of a server.
type known struct {
	offer Offer     // of HTTP/3; none if its Port is empty
	until time.Time // that offer is good
	again time.Time // before this, QUIC is not tried
}

// Get is Client.Get over what comes first.
func (r *Racer) Get(ctx context.Context, u *url.URL, body io.Writer) (*Answer, error) {
	watch := newWatch()
	ctx = httptrace.WithClientTrace(ctx, watch.trace())
	conn, err := r.first(ctx, u)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", address(u), cmp.Or(ctx.Err(), err))
	}
	defer conn.Close()
	answer, err := r.ask(ctx, conn, watch, u, body)
	if answer != nil && u.Scheme == "https" {
		r.learn(u, answer.Fields.Values("Alt-Svc"))
	}
	return answer, err
}

// first is the first connection that is there. Connections race, requests do not: each is sent
// once.
func (r *Racer) first(ctx context.Context, u *url.URL) (connection, error) {
	quic, ok := r.offered(u)
	if !ok {
		return r.overTCP(ctx, u, OverTCP)
	}
	type arrival struct {
		connection
		err     error
		overTCP bool
	}
	ctx, cancel := context.WithCancel(ctx)
	arrivals := make(chan arrival)
	running := 0
	start := func(overTCP bool, connect func() (connection, error)) {
		running++
		go func() {
			conn, err := connect()
			arrivals <- arrival{conn, err, overTCP}
		}()
	}
	defer func() { // whoever comes too late is sent away
		cancel()
		for range running {
			if late := <-arrivals; late.err == nil {
				late.Close()
			}
		}
	}()
	start(false, func() (connection, error) { return r.overQUIC(ctx, u, quic) })
	alone := time.NewTimer(cmp.Or(r.HeadStart, HeadStart))
	defer alone.Stop()
	var errs []error
	for tcp := false; ; {
		select {
		case <-alone.C:
		case a := <-arrivals:
			running--
			if a.err == nil {
				if a.overTCP {
					r.lost(u)
				}
				return a.connection, nil
			}
			errs = append(errs, a.err)
		}
		if !tcp { // the head start is over, or QUIC has failed
			tcp = true
			start(true, func() (connection, error) { return r.overTCP(ctx, u, OverTCP) })
		} else if running == 0 {
			return nil, errors.Join(errs...)
		}
	}
}

// offered is where the server offers HTTP/3, if it is worth a try.
func (r *Racer) offered(u *url.URL) (address string, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k, now := r.known[site(u)], time.Now()
	if k == nil || k.offer.Port == "" || now.After(k.until) || now.Before(k.again) {
		return "", false
	}
	return k.offer.Address(u.Hostname()), true
}

// learn remembers what a server offers. Who says nothing takes nothing back.
func (r *Racer) learn(u *url.URL, fields []string) {
	offers, clear := Offers(fields)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known == nil {
		r.known = make(map[string]*known)
	}
	k := r.known[site(u)]
	if k == nil {
		k = new(known)
		r.known[site(u)] = k
	}
	if clear {
		k.offer = Offer{}
	}
	for _, o := range offers {
		if o.Protocol == "h3" {
			k.offer, k.until = o, time.Now().Add(o.MaxAge)
			break
		}
	}
}

// lost remembers that QUIC has lost.
func (r *Racer) lost(u *url.URL) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known[site(u)].again = time.Now().Add(cmp.Or(r.Forget, 5*time.Minute))
}

func site(u *url.URL) string { return u.Scheme + "://" + address(u) }
