package pool

import (
	"errors"
	"fmt"
	"net"
	"net/http"
)

// repeatable tells whether a request that got no answer may be sent once more (RFC 9110, 9.2.2).
// The server may have carried it out, so it has to be one that may be carried out twice: by its
// method, or because its sender says so with a key by which the server knows it again.
func repeatable(req *http.Request, err error) bool {
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() || req.Context().Err() != nil {
		return false // we have given up, and the connection is not to blame
	}
	if req.Body != nil && req.Body != http.NoBody && req.GetBody == nil {
		return false // some of it has been read, and there is no other copy
	}
	switch req.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodPut, http.MethodDelete:
		return true
	}
	_, key := req.Header["Idempotency-Key"]
	return key
}

// rewound is the request with its body as it was.
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
