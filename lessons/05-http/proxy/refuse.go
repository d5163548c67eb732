package proxy

import (
	"fmt"
	"net/http"
	"strconv"

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

// endsHere counts Max-Forwards down, and answers a request that may go no further. It is for
// OPTIONS and TRACE only, so that somebody can ask each proxy on a way (RFC 9110, section 7.6.2).
func endsHere(w http.ResponseWriter, r *http.Request) bool {
	most := r.Header.Get("Max-Forwards")
	if most == "" || r.Method != http.MethodOptions && r.Method != http.MethodTrace {
		return false
	}
	left, err := strconv.ParseUint(most, 10, 64)
	switch {
	case err != nil:
		http.Error(w, "Max-Forwards is not a number", http.StatusBadRequest)
		return true
	case left > 0:
		r.Header.Set("Max-Forwards", strconv.FormatUint(left-1, 10))
		return false
	case r.Method == http.MethodOptions:
		w.Header().Set("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE")
		w.WriteHeader(http.StatusNoContent)
		return true
	}
	w.Header().Set("Content-Type", "message/http")
	fmt.Fprintf(w, "TRACE %s %s\r\nHost: %s\r\n", r.RequestURI, r.Proto, r.Host)
	r.Header.WriteSubset(w, map[string]bool{"Authorization": true, "Proxy-Authorization": true, "Cookie": true})
	fmt.Fprint(w, "\r\n")
	return true
}
