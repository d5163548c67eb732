package fast

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"onthewire/lessons/internal/leak"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	return l
}

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
	l := listen(t)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- f.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// anOrigin serves each connection as a test wants it to, and tells how many there were.
func anOrigin(t *testing.T, serve func(conn *net.TCPConn, r *bufio.Reader)) string {
	t.Helper()
	l := listen(t)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.SetDeadline(time.Now().Add(10 * time.Second))
			serve(conn.(*net.TCPConn), bufio.NewReader(conn))
			conn.Close()
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-ended
	})
	return l.Addr().String()
}

// says gives each connection one answer, and ends it.
func says(t *testing.T, answer string) string {
	return anOrigin(t, func(conn *net.TCPConn, r *bufio.Reader) {
		headOf(r)
		io.WriteString(conn, answer)
	})
}

func headOf(r *bufio.Reader) string {
	var all strings.Builder
	for {
		line, err := r.ReadString('\n')
		all.WriteString(line)
		if err != nil || line == "\r\n" {
			return all.String()
		}
	}
}

// ask sends bytes to the proxy as they are, in pieces.
func ask(t *testing.T, proxy, request string, size int) (*bufio.Reader, *net.TCPConn) {
	t.Helper()
	conn, err := net.Dial("tcp", proxy)
	must(t, err)
	t.Cleanup(func() { conn.Close() })
	must(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	for text := request; text != ""; text = text[min(size, len(text)):] {
		_, err := io.WriteString(conn, text[:min(size, len(text))])
		must(t, err)
	}
	return bufio.NewReader(conn), conn.(*net.TCPConn)
}

func get(origin, path, fields string) string {
	return "GET http://" + origin + path + " HTTP/1.1\r\nHost: elsewhere\r\n" + fields + "\r\n"
}

func answered(t *testing.T, r *bufio.Reader) (*http.Response, string) {
	t.Helper()
	answer, err := http.ReadResponse(r, nil)
	must(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	must(t, err)
	return answer, string(text)
}
