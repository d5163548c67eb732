package fast

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"runtime"
	"testing"

	"onthewire/lessons/05-http/proxy/proxytest"
	"onthewire/lessons/internal/leak"
)

var must, listen, anOrigin, headOf, ask, answered = proxytest.Must, proxytest.Listen, proxytest.Origin, proxytest.Head, proxytest.Ask, proxytest.Answered

// rest answers whatever is handed on with what it has read of it.
func rest(ctx context.Context, l net.Listener) error {
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		io.WriteString(w, "rest: "+r.Method+" "+r.RequestURI+" "+string(body))
	})}
	context.AfterFunc(ctx, func() { server.Close() })
	server.Serve(l)
	return nil
}

func front() *Front {
	return &Front{Name: "us", Dial: new(net.Dialer).DialContext, Rest: rest}
}

// serving starts a front, and says where.
func serving(t *testing.T, f *Front) string {
	t.Helper()
	leak.Check(t)
	t.Cleanup(func() { runtime.GC(); runtime.GC() }) // the pipes with which io.Copy has spliced
	return proxytest.Serving(t, f.Serve)
}

// says gives each connection one answer, and ends it.
func says(t *testing.T, answer string) string {
	return anOrigin(t, func(conn *net.TCPConn, r *bufio.Reader) {
		headOf(r)
		io.WriteString(conn, answer)
	})
}

func get(origin, path, fields string) string {
	return "GET http://" + origin + path + " HTTP/1.1\r\nHost: elsewhere\r\n" + fields + "\r\n"
}
