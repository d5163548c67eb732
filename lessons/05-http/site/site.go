// Package site is one set of handlers, which do not know whether a request came by HTTP/1.1,
// HTTP/2 or HTTP/3. The one that has to ask is /ws.
//
// Read it in this order: site.go (what stands where), pay.go (what must not come early), json.go,
// files.go, events.go and websocket.go (answers that take long), page.go.
package site

import (
	"context"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"
)

// A Site answers under a few paths.
type Site struct {
	// Files is the folder below /files/. Without one, nothing is found there.
	Files *os.Root

	// Stopping ends when the server is told to stop: from then on /ready says no. Draining ends
	// when it lets nobody in any more: then events and WebSockets end.
	Stopping, Draining context.Context

	paid purse
}

// Handler hands each path to what answers there. A browser that shows a page from elsewhere may
// not post here in its user's name, and what is not safe has to wait for the handshake.
func (s *Site) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", hello)
	mux.HandleFunc("GET /proto", proto)
	mux.HandleFunc("GET /bytes", xBytes)
	mux.HandleFunc("GET /ready", s.ready)
	mux.HandleFunc("GET /page/", page)
	mux.HandleFunc("GET /page", page)
	mux.HandleFunc("POST /json", sum)
	mux.HandleFunc("GET /files/{name...}", s.file)
	mux.HandleFunc("GET /events", s.events)
	mux.HandleFunc("/ws", s.webSocket)
	mux.HandleFunc("GET /pay", s.paid.look)
	mux.HandleFunc("POST /pay", s.paid.pay)
	return notTooEarly(http.NewCrossOriginProtection().Handler(mux))
}

func hello(w http.ResponseWriter, r *http.Request) {
	io.WriteString(w, "hello, wire\n")
}

// proto answers by which protocol it was asked, as in HTTP/3.0.
func proto(w http.ResponseWriter, r *http.Request) {
	io.WriteString(w, r.Proto+"\n")
}

// ready tells a load balancer whether to send anybody here. From the moment it says no until the
// listeners close, the balancer has time to hear of it.
func (s *Site) ready(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if s.Stopping != nil && s.Stopping.Err() != nil {
		http.Error(w, "stopping", http.StatusServiceUnavailable)
		return
	}
	io.WriteString(w, "ready\n")
}

// MaxBytes is how much /bytes sends at most.
const MaxBytes = 1 << 30

// xBytes sends n bytes, every one of them an x, and says so before.
func xBytes(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.URL.Query().Get("n"))
	if err != nil || n < 0 || n > MaxBytes {
		http.Error(w, "ask as in /bytes?n=1000, up to "+strconv.Itoa(MaxBytes), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(n))
	if r.Method != http.MethodHead {
		io.CopyN(steady(w), xs{}, int64(n)) // it fails when the client has gone: nobody to tell
	}
}

// xs reads as x for ever.
type xs struct{}

func (xs) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// Stall is how long a client may take nothing of a long answer.
const Stall = 10 * time.Second

// A steadyWriter puts the write deadline off with every piece. http.Server's WriteTimeout is one
// deadline for the whole answer, which a client with a slow line would miss however steadily it
// reads.
type steadyWriter struct {
	http.ResponseWriter
	control *http.ResponseController
}

func steady(w http.ResponseWriter) steadyWriter {
	return steadyWriter{w, http.NewResponseController(w)}
}

func (w steadyWriter) Write(p []byte) (int, error) {
	w.control.SetWriteDeadline(time.Now().Add(Stall)) // a writer that has none needs none
	return w.ResponseWriter.Write(p)
}
