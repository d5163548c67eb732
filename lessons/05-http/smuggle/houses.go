package smuggle

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"

	"onthewire/lessons/05-http/h1"
	"onthewire/lessons/05-http/naive"
)

// What proxies and servers read with. Rewriting is httputil.ReverseProxy, which writes a request
// of its own from what it has read. The others pass on what they were sent.
const (
	Naive     = "naive"
	Standard  = "net/http"
	Ours      = "ours"
	Rewriting = "ReverseProxy"
)

// framing reads a request to its end.
var framing = map[string]func(*bufio.Reader) error{
	Naive: func(r *bufio.Reader) error {
		_, err := naive.ReadRequest(r)
		return err
	},
	Standard: func(r *bufio.Reader) error {
		request, err := http.ReadRequest(r)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, request.Body)
		return err
	},
	Ours: func(r *bufio.Reader) error {
		request, err := h1.ReadRequest(r, h1.Limits{})
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, request.Body)
		return err
	},
}

// A page is what the servers answer. It remembers the body of the last POST to /note.
type page struct {
	mu   sync.Mutex
	note string
}

func (p *page) answer(method, target, body string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case target != "/note":
		return target
	case method == "POST":
		p.note = body
	}
	return p.note
}

// back serves with one of the three until ctx ends.
func (p *page) back(ctx context.Context, name string, l net.Listener) {
	switch name {
	case Naive:
		each(ctx, l, p.naively)
	case Standard:
		standard(ctx, l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			io.WriteString(w, p.answer(r.Method, r.RequestURI, string(body)))
		}))
	case Ours:
		server := &h1.Server{Handler: func(w *h1.Response, r *h1.Request) {
			if body, err := io.ReadAll(r.Body); err == nil {
				io.WriteString(w, p.answer(r.Method, r.Target, string(body)))
			}
		}}
		server.Serve(ctx, l)
	}
}

// naively answers one request after the other, for as long as they look like any.
func (p *page) naively(conn net.Conn) {
	for r := bufio.NewReader(conn); ; {
		request, err := naive.ReadRequest(r)
		if err != nil {
			if !errors.Is(err, io.EOF) {
				io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			}
			return
		}
		text := p.answer(request.Method, request.Path, string(request.Body))
		fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(text), text)
	}
}

// front passes on what comes to l, to the server at an address, until ctx ends.
func front(ctx context.Context, name string, l net.Listener, to string) {
	if name == Rewriting {
		transport := &http.Transport{MaxConnsPerHost: 1} // clients share it here, too
		defer transport.CloseIdleConnections()
		standard(ctx, l, &httputil.ReverseProxy{
			Transport:    transport,
			Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: to}) },
			ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
		})
		return
	}
	f := &Front{Frame: framing[name], Dial: func() (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", to)
		if err == nil {
			context.AfterFunc(ctx, func() { conn.Close() })
		}
		return conn, err
	}}
	each(ctx, l, func(conn net.Conn) { f.Serve(conn) })
}

// standard serves with net/http until ctx ends.
func standard(ctx context.Context, l net.Listener, handler http.Handler) {
	server := &http.Server{Handler: handler}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	server.Serve(l)
}

// each gives each connection to serve, until ctx ends.
func each(ctx context.Context, l net.Listener, serve func(net.Conn)) {
	var clients sync.WaitGroup
	defer clients.Wait()
	defer context.AfterFunc(ctx, func() { l.Close() })()
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		clients.Go(func() {
			defer conn.Close()
			defer context.AfterFunc(ctx, func() { conn.Close() })()
			serve(conn)
		})
	}
}
