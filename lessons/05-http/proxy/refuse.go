package proxy

import (
	"net/http"

	"onthewire/lessons/05-http/proxy/via"
)

// refuses says what this proxy does not do.
func (p *Proxy) refuses(r *http.Request) (status int, why string) {
	switch {
	case via.Has(r.Header, p.name):
		return http.StatusLoopDetected, p.loops()
	case r.URL.Scheme == "" || r.URL.Host == "":
		return http.StatusBadRequest, "this is a proxy: the target has to be a whole URL, as curl -x sends it"
	case r.URL.Scheme != "http":
		return http.StatusNotImplemented, "this proxy speaks http, and that is " + r.URL.Scheme
	case r.URL.User != nil:
		return http.StatusBadRequest, "a name or a password stands before the host (RFC 9110, section 4.2.4)"
	}
	return 0, ""
}
