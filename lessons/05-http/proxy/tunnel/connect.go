package tunnel

import (
	"errors"
	"net/http"
	"strconv"
)

// Connected is the answer to CONNECT. It has neither a length nor chunks: what comes behind it is
// the origin's.
const Connected = "HTTP/1.1 200 OK\r\n\r\n"

// Target is HOST:PORT of a CONNECT, and nothing else (RFC 9112, section 3.2.3).
func Target(r *http.Request) (address string, err error) {
	port, err := strconv.ParseUint(r.URL.Port(), 10, 16)
	switch {
	case r.URL.Host != r.RequestURI || r.URL.User != nil || r.URL.Hostname() == "" || err != nil || port == 0:
		return "", errors.New("the target of CONNECT is HOST:PORT")
	case r.ContentLength != 0:
		return "", errors.New("CONNECT has no body: what comes behind it is for the other side")
	}
	return r.URL.Host, nil
}
