// Package retry asks an HTTP server again: later each time, at a time of its own, seldom, and
// only what may be asked twice.
//
// Read it in this order: retry.go (what is asked again), backoff.go (when), budget.go (how often).
package retry

import (
	"fmt"
	"io"
	"net/http"
	"time"
)

// A Transport is an http.RoundTripper that asks another one again if that fails, or if the server
// says that it is too busy. Set its fields before you use it.
type Transport struct {
	Base    http.RoundTripper
	Most    int // how often a request is asked again
	Backoff Backoff
	Budget  *Budget // shared by all that ask the same service
}

// RoundTrip returns the last answer, or the last error.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	t.Budget.Earn()
	for again := 0; ; again++ {
		resp, err := t.Base.RoundTrip(req)
		if !failed(resp, err) || again == t.Most || !mayRepeat(req) {
			return resp, err
		}
		wait := t.Backoff.Wait(again)
		if resp != nil {
			wait = max(wait, retryAfter(resp, time.Now()))
		}
		if wait > t.Backoff.Longest || !t.Budget.Spend() {
			return resp, err
		}
		if resp != nil { // read what is left of it, so that its connection is good for the next
			io.CopyN(io.Discard, resp.Body, 4<<10)
			resp.Body.Close()
		}
		select {
		case <-time.After(wait):
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
		if req, err = rewound(req); err != nil {
			return nil, err
		}
	}
}

// failed tells whether asking again may help. A 400 or a 500 comes again.
func failed(resp *http.Response, err error) bool {
	if err != nil {
		return true
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// mayRepeat tells whether the server may do it twice, for we do not know whether it has done it
// once (RFC 9110, 9.2.2), and whether there still is a body to send.
func mayRepeat(req *http.Request) bool {
	if req.Context().Err() != nil || req.Body != nil && req.Body != http.NoBody && req.GetBody == nil {
		return false
	}
	switch req.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodPut, http.MethodDelete:
		return true
	}
	_, key := req.Header["Idempotency-Key"]
	return key
}

func rewound(req *http.Request) (*http.Request, error) {
	if req.GetBody == nil {
		return req, nil
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, fmt.Errorf("read the request's body again: %w", err)
	}
	again := *req
	again.Body = body
	return &again, nil
}
