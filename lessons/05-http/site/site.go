// Package site is one set of handlers, which do not know whether a request came by HTTP/1.1,
// HTTP/2 or HTTP/3.
package site

import (
	"io"
	"net/http"
	"strconv"
)

// MaxBytes is how much /bytes sends at most.
const MaxBytes = 1 << 30

// A Site answers under a few paths.
type Site struct{}

// Handler hands each path to what answers there.
func (s *Site) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", hello)
	mux.HandleFunc("GET /proto", proto)
	mux.HandleFunc("GET /bytes", bytes)
	return mux
}

func hello(w http.ResponseWriter, r *http.Request) {
	io.WriteString(w, "hello, wire\n")
}

// proto answers by which protocol it was asked, as in HTTP/3.0.
func proto(w http.ResponseWriter, r *http.Request) {
	io.WriteString(w, r.Proto+"\n")
}

// bytes sends n bytes, every one of them an x, and says so before.
func bytes(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.FormValue("n"))
	if err != nil || n < 0 || n > MaxBytes {
		http.Error(w, "ask as in /bytes?n=1000, up to "+strconv.Itoa(MaxBytes), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(n))
	if r.Method == http.MethodHead {
		return
	}
	io.CopyN(w, xs{}, int64(n)) // an error means that the client has gone
}

// xs reads as x for ever.
type xs struct{}

func (xs) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}
