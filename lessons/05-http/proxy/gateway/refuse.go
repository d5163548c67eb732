package gateway

import (
	"context"
	"errors"
	"net"
	"net/http"

	"onthewire/lessons/05-http/proxy/via"
)

// leftMeanwhile is not in any RFC. nginx logs a client that has left so, who does not read it.
const leftMeanwhile = 499

// refuses says what goes to no origin.
func (g *Gateway) refuses(r *http.Request) (status int, why string) {
	switch {
	case via.Has(r.Header, g.name):
		return http.StatusLoopDetected, "this request has been here: " + g.name + " is in its Via"
	case r.Method == http.MethodConnect: // in HTTP/2 and HTTP/3 that is also how WebSockets begin
		return http.StatusNotImplemented, "this gateway makes no tunnels"
	case r.ContentLength > g.MaxBody:
		return http.StatusRequestEntityTooLarge, "the body is too long"
	}
	return 0, ""
}

// failed answers where the origin did not. It keeps err to the log, because the addresses of our
// origins are nobody's business.
func failed(w http.ResponseWriter, r *http.Request, err error) {
	e := exchangeOf(r)
	e.err = err
	if cause := context.Cause(e.ctx); cause != nil {
		e.err = errors.Join(err, cause)
	}
	status, why := e.blame(err)
	http.Error(w, why, status)
}

// blame says whose fault it was.
func (e *exchange) blame(err error) (status int, why string) {
	_, tooLong := errors.AsType[*http.MaxBytesError](err)
	timeout, ok := errors.AsType[net.Error](err)
	switch silent := context.Cause(e.ctx) == errSilent; {
	case tooLong:
		return http.StatusRequestEntityTooLarge, "the body is too long"
	case silent && !e.upload.Sent():
		return http.StatusRequestTimeout, "the body did not come"
	case silent:
		return http.StatusGatewayTimeout, "the server behind this gateway has fallen silent"
	case e.request.Context().Err() != nil:
		return leftMeanwhile, "the client has left"
	case errors.Is(err, errUnfit):
		return http.StatusBadRequest, "this request cannot be sent on"
	case e.upload.Broken():
		return http.StatusBadRequest, "the body cannot be read"
	case ok && timeout.Timeout():
		return http.StatusGatewayTimeout, "the server behind this gateway took too long"
	}
	return http.StatusBadGateway, "the server behind this gateway cannot be reached, or did not answer as one"
}
