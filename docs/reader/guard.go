package main

import (
	"compress/gzip"
	"io"
	"log"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"strconv"
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
		switch coding(strings.Join(r.Header.Values("Accept-Encoding"), ",")) {
		case "":
			http.Error(w, http.StatusText(http.StatusNotAcceptable), http.StatusNotAcceptable)
			return
		case "gzip":
			if r.Method == http.MethodHead {
				break
			}
			z := &zipped{ResponseWriter: w}
			defer z.end()
			next.ServeHTTP(z, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// coding is what a client likes best of gzip and identity, or nothing where it takes neither
// (RFC 9110, 12.5.3). An element that does not parse says nothing.
func coding(accepted string) string {
	weight := map[string]float64{}
	for element := range strings.SplitSeq(accepted, ",") {
		name, params, err := mime.ParseMediaType(element)
		if err != nil {
			continue
		}
		weight[name] = 1
		if q, ok := params["q"]; ok {
			weight[name], err = strconv.ParseFloat(q, 64)
		}
		if w := weight[name]; err != nil || !(w >= 0 && w <= 1) {
			delete(weight, name)
		}
	}
	of := func(name string, otherwise float64) float64 {
		for _, name := range []string{name, "*"} {
			if w, ok := weight[name]; ok {
				return w
			}
		}
		return otherwise
	}
	const unsaid = 0.0001 // identity need not be named; whatever is, is liked better
	switch gzip, identity := of("gzip", 0), of("identity", unsaid); {
	case gzip > 0 && gzip >= identity:
		return "gzip"
	case identity > 0:
		return "identity"
	}
	return ""
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
