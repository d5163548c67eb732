package smuggle

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"onthewire/lessons/05-http/frames"
	"onthewire/lessons/05-http/frames/local"
	"onthewire/lessons/05-http/pipe"
)

// A Downgrade is a request in HTTP/2, to a proxy that has to write it in HTTP/1.1.
type Downgrade struct {
	Name, Field, Value string // a field beside the usual ones, if there is one
	Body               string
}

// Downgrades are one that is in order, and then those that contradict themselves.
func Downgrades() []Downgrade {
	return []Downgrade{
		{"no length", "", "", beginning},
		{"content-length: 0, and DATA", "content-length", "0", beginning},
		{"content-length: 99, less DATA", "content-length", "99", beginning},
		{"transfer-encoding: chunked", "transfer-encoding", "chunked", nothing + beginning},
		{"CR LF in a value", "x", "1\r\nTransfer-Encoding: chunked", nothing + beginning},
	}
}

// A Fate is what became of it.
type Fate struct {
	Told   string   // to its client: a status, or the code of an RST_STREAM
	Origin []string // the requests that the server has begun with before Anna's
	Anna   string   // what the next client is told, who has asked for /anna
}

// Lower sends it to net/http's server, whose handler is an httputil.ReverseProxy, with net/http's
// server behind it, all in memory. The client sends its DATA once the server behind has the head,
// since before that the proxy may or may not have passed it on. If the proxy refuses the head, it
// sends none.
func Lower(ctx context.Context, d Downgrade) (f Fate, err error) {
	b := behindPipe{Listener: pipe.Listen(), begun: make(chan struct{}), judged: make(chan struct{})}
	origin := &http.Server{Handler: &b}
	go origin.Serve(b.Listener) // it ends with Close, and says so
	defer origin.Close()
	transport := &http.Transport{DialContext: b.DialContext, MaxConnsPerHost: 1}
	defer transport.CloseIdleConnections()
	front, err := local.StartMemory(&httputil.ReverseProxy{
		Transport:    transport,
		Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: "origin"}) },
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	})
	if err != nil {
		return f, err
	}
	defer front.Close()
	conn, err := front.Connect(ctx)
	if err != nil {
		return f, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if f.Told, err = d.send(conn, &b); err != nil {
		return f, fmt.Errorf("the attacker: %w", err)
	}
	if conn, err = front.Connect(ctx); err != nil {
		return f, err
	}
	anna, err := frames.Start(ctx, conn, nil)
	if err != nil {
		return f, err
	}
	defer anna.Close()
	answer, err := anna.Ask("/anna")
	if err != nil {
		return f, fmt.Errorf("anna: %w", err)
	}
	f.Anna = string(answer.Body)
	if err := origin.Shutdown(ctx); err != nil { // all handlers have returned
		return f, err
	}
	f.Origin = b.seen
	return f, nil
}

// send returns what the client is told.
func (d Downgrade) send(conn net.Conn, b *behindPipe) (string, error) {
	framer := http2.NewFramer(conn, conn)
	framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	told, pong, gone := make(chan string, 8), make(chan struct{}), make(chan error, 1)
	go func() { gone <- hear(framer, told, pong) }()
	if _, err := io.WriteString(conn, http2.ClientPreface); err != nil {
		return "", err
	}
	framer.WriteSettings()
	framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: d.block(), EndHeaders: true})
	select {
	case <-b.begun:
	case answer := <-told:
		return answer, nil
	case err := <-gone:
		return "", err
	}
	framer.WriteData(1, true, []byte(d.Body))
	framer.WritePing(false, [8]byte{})
	select {
	case <-pong: // the proxy has seen the DATA
	case err := <-gone:
		return "", err
	}
	close(b.judged)
	select {
	case answer := <-told:
		return answer, nil
	case err := <-gone:
		return "", err
	}
}

func (d Downgrade) block() []byte {
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for _, field := range [][2]string{{":method", "POST"}, {":scheme", "http"}, {":path", "/shop"}, {":authority", "wire"}, {d.Field, d.Value}} {
		if field[0] != "" {
			encoder.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]})
		}
	}
	return block.Bytes()
}

// hear reads until the connection is closed. It says what stream 1 is told, and when the PING is
// answered.
func hear(framer *http2.Framer, told chan<- string, pong chan<- struct{}) error {
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			return err
		}
		var answer string
		switch f := frame.(type) {
		case *http2.MetaHeadersFrame:
			answer = f.PseudoValue("status")
		case *http2.RSTStreamFrame:
			answer = "RST_STREAM, " + f.ErrCode.String()
		case *http2.PingFrame:
			close(pong)
		}
		if answer != "" {
			select {
			case told <- answer:
			default: // nobody needs that many
			}
		}
	}
}

// behindPipe is the server behind the proxy. It answers with the path.
type behindPipe struct {
	*pipe.Listener
	begun  chan struct{} // closed once it has the head of a request for /shop
	judged chan struct{} // closed once the proxy has seen the attacker's DATA

	mu   sync.Mutex
	once sync.Once
	seen []string
}

func (b *behindPipe) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/anna" {
		io.WriteString(w, r.URL.Path)
		return
	}
	b.once.Do(func() { close(b.begun) })
	body, err := io.ReadAll(r.Body)
	select {
	case <-b.judged:
	case <-r.Context().Done(): // the proxy has closed the connection
	}
	length := fmt.Sprintf("Content-Length %d", r.ContentLength)
	if r.ContentLength < 0 {
		length = "chunks"
	}
	end := "the end"
	if err != nil {
		end = "no end"
	}
	b.mu.Lock()
	b.seen = append(b.seen, fmt.Sprintf("%s %s, %s: %d bytes, %s", r.Method, r.URL.Path, length, len(body), end))
	b.mu.Unlock()
	io.WriteString(w, r.URL.Path)
}
