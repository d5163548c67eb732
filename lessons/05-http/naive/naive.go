// Package naive reads HTTP/1.1 as one writes it on a quiet afternoon, and as it has been in
// production here and there. It works with the clients that you would try. Do not use it: its
// faults are all kindness, and the grid shows what becomes of them.
package naive

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// A Request is a request, and its body.
type Request struct {
	Method, Path string
	Headers      map[string]string
	Body         []byte
}

// ReadRequest reads one request.
func ReadRequest(r *bufio.Reader) (*Request, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return nil, err
	}
	parts := strings.Split(strings.TrimSpace(line), " ")
	if len(parts) != 3 {
		return nil, fmt.Errorf("no request line: %q", line)
	}
	req := &Request{Method: parts[0], Path: parts[1], Headers: map[string]string{}}
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return nil, err
		}
		line = strings.TrimSpace(line)
		if line == "" {
			break
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			continue // whatever that was
		}
		name = strings.ToLower(strings.TrimSpace(name))
		req.Headers[name] = strings.TrimSpace(value)
	}
	if req.Method == "GET" {
		return req, nil
	}
	if n, _ := strconv.Atoi(req.Headers["content-length"]); n > 0 {
		req.Body = make([]byte, n)
		_, err = io.ReadFull(r, req.Body)
	}
	return req, err
}
