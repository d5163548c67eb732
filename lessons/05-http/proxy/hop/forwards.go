package hop

import (
	"fmt"
	"net/http"
	"strconv"
)

// EndsHere counts Max-Forwards down, and answers a request that may go no further. It is for
// OPTIONS and TRACE only, so that somebody can ask each proxy on a way (RFC 9110, section 7.6.2).
func EndsHere(w http.ResponseWriter, r *http.Request) bool {
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
	w.WriteHeader(http.StatusOK)
	fmt.Fprintf(w, "TRACE %s %s\r\nHost: %s\r\n", r.RequestURI, r.Proto, r.Host)
	r.Header.WriteSubset(w, map[string]bool{"Authorization": true, "Proxy-Authorization": true, "Cookie": true})
	fmt.Fprint(w, "\r\n")
	return true
}
