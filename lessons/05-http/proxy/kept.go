package proxy

import (
	"net/http"
	"strings"
	"time"

	"onthewire/lessons/05-http/proxy/destination"
	"onthewire/lessons/05-http/proxy/hop"
)

const (
	idle       = 30 * time.Second // that a connection is kept without a request
	perOrigin  = 250              // so many are kept; the library's default is 2
	altogether = 1000
)

// transport makes connections to origins, and perhaps keeps them.
func transport(to *destination.Policy, keep bool) *http.Transport {
	return &http.Transport{
		DialContext:            hop.Keeping(to.DialContext),
		DisableKeepAlives:      !keep,
		IdleConnTimeout:        idle,
		MaxIdleConnsPerHost:    perOrigin,
		MaxIdleConns:           altogether,
		DisableCompression:     true, // else it asks for gzip, and unpacks it
		MaxResponseHeaderBytes: maxHead,
		ResponseHeaderTimeout:  thinking,
		ExpectContinueTimeout:  time.Second,
	}
}

// transport is the one for a request. A connection that is kept may be closed by its origin
// just when the request is sent, and then nobody knows whether it was read. Who only asks may
// ask again, on another connection, which the library does. All others get one that is new, and
// so do those who log in not for a request but for a connection, which is nobody else's then.
func (p *Proxy) transport(r *http.Request) *http.Transport {
	if repeatable(r) && !ownsConnection(r.Header) {
		return p.kept
	}
	return p.fresh
}

// repeatable tells whether the library would ask again. It has a body only once.
func repeatable(r *http.Request) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return r.ContentLength == 0
	}
	return false
}

// ownsConnection tells whether the client authenticates a connection (RFC 4559, section 6).
func ownsConnection(fields http.Header) bool {
	for _, value := range fields.Values("Authorization") {
		scheme, _, _ := strings.Cut(value, " ")
		if strings.EqualFold(scheme, "NTLM") || strings.EqualFold(scheme, "Negotiate") {
			return true
		}
	}
	return false
}
