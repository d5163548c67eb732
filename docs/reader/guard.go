package main

import (
	"compress/gzip"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// newServer bounds what a client can cost: time for a head, bytes of a head, time for an
// answer that nobody reads.
func newServer(handler http.Handler, logger *log.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          logger,
	}
}

// The page's own files and nothing else: no script or style inside a page, no other host.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'none'; frame-ancestors 'none'; base-uri 'none'"

// guard refuses what has no business here. A page of another site may give its own name our
// address (DNS rebinding): its requests then carry that name, and we do not answer to it.
func guard(next http.Handler, addr string) http.Handler {
	given, _, _ := net.SplitHostPort(addr)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		switch {
		case !ours(r.Host, given):
			http.Error(w, words.Elsewhere, http.StatusMisdirectedRequest)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", "GET, HEAD")
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		case r.ContentLength != 0:
			http.Error(w, http.StatusText(http.StatusRequestEntityTooLarge), http.StatusRequestEntityTooLarge)
		default:
			compress(next).ServeHTTP(w, r)
		}
	})
}

// ours tells whether a Host is this machine's, or the one that the command line gave. Where
// that is every address, any address will do: only a name can be rebound.
func ours(host, given string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if strings.EqualFold(host, "localhost") || given != "" && strings.EqualFold(host, given) {
		return true
	}
	ip, err := netip.ParseAddr(host)
	every, _ := netip.ParseAddr(given)
	return err == nil && (ip.Unmap().IsLoopback() || every.IsValid() && every.IsUnspecified())
}

var writers = sync.Pool{New: func() any { return gzip.NewWriter(io.Discard) }}

func compress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Accept-Encoding")
		if r.Method == http.MethodHead || !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			next.ServeHTTP(w, r)
			return
		}
		z := &zipped{ResponseWriter: w}
		defer z.end()
		next.ServeHTTP(z, r)
	})
}

// zipped is an answer whose body is compressed, if it has one.
type zipped struct {
	http.ResponseWriter
	zip     *gzip.Writer
	decided bool
}

func (z *zipped) WriteHeader(status int) {
	if !z.decided && status != http.StatusNotModified && (status < 300 || status >= 400) {
		z.Header().Set("Content-Encoding", "gzip")
		z.Header().Del("Content-Length")
		z.zip = writers.Get().(*gzip.Writer)
		z.zip.Reset(z.ResponseWriter)
	}
	z.decided = true
	z.ResponseWriter.WriteHeader(status)
}

func (z *zipped) Write(p []byte) (int, error) {
	if !z.decided {
		z.WriteHeader(http.StatusOK)
	}
	if z.zip == nil {
		return z.ResponseWriter.Write(p)
	}
	return z.zip.Write(p)
}

func (z *zipped) end() {
	if z.zip != nil {
		z.zip.Close()
		writers.Put(z.zip)
	}
}
