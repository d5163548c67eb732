package proxy

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"onthewire/lessons/05-http/proxy/hop"
)

// counts answers every request with the number of its connection and its own number there.
func counts(t *testing.T, most int) string {
	t.Helper()
	var conns atomic.Int32
	return anOrigin(t, func(conn *net.TCPConn, r *bufio.Reader) {
		number := conns.Add(1)
		for request := 1; request <= most; request++ {
			got, err := http.ReadRequest(r)
			if err != nil {
				return
			}
			io.Copy(io.Discard, got.Body)
			text := fmt.Sprintf("%d.%d", number, request)
			close, hop := "", "X-Open"
			if got.Close || got.URL.Path == "/last" {
				close, hop = "Connection: close, X-Late\r\n", "X-Late"
			}
			fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n%s%s: 1\r\n\r\n%s", len(text), close, hop, text)
			if close != "" {
				return
			}
		}
	})
}

func TestWhoOnlyAsksSharesAConnectionAndWhoDoesSomethingHasOneOfItsOwn(t *testing.T) {
	proxy, origin := serving(t, loopback), counts(t, 10)
	for _, c := range []struct{ method, fields, want string }{
		{"GET", "", "1.1"}, {"GET", "", "1.2"}, {"OPTIONS", "", "1.3"},
		{"GET", "Connection: close\r\n", "1.4"},
	} {
		r, _ := ask(t, proxy, c.method+" http://"+origin+"/ HTTP/1.1\r\nHost: x\r\n"+c.fields+"\r\n", 1<<20)
		if _, text := answered(t, r); text != c.want {
			t.Errorf("%s %s is request %s, want %s", c.method, c.fields, text, c.want)
		}
	}
	r, _ := ask(t, proxy, "GET http://"+origin+"/last HTTP/1.1\r\nHost: x\r\n\r\n", 1<<20)
	if answer, text := answered(t, r); text != "1.5" || answer.Header["X-Late"] != nil {
		t.Errorf("the last on its connection is %s, %v", text, answer.Header)
	}
	for i, request := range []string{
		"POST http://" + origin + "/ HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi",
		"GET http://" + origin + "/ HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi",
		"DELETE http://" + origin + "/ HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET http://" + origin + "/ HTTP/1.1\r\nHost: x\r\nAuthorization: negotiate eA==\r\n\r\n",
	} {
		r, _ := ask(t, proxy, request, 1<<20)
		if _, text := answered(t, r); text != fmt.Sprintf("%d.1", i+2) {
			t.Errorf("%q is request %s, want the first on a connection", request, text)
		}
	}
}

// The origin closes when it has read the second request, so it may have done what that says.
func TestAKeptConnectionThatBreaksIsAskedAgainElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New("us", to(loopback))
		dialed := 0
		p.kept.DialContext = func(context.Context, string, string) (net.Conn, error) {
			dialed++
			asking, asked := net.Pipe()
			go func() {
				defer asked.Close()
				r := bufio.NewReader(asked)
				head(r)
				io.WriteString(asked, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
				head(r)
			}()
			return &hop.Conn{Conn: asking}, nil
		}
		defer p.kept.CloseIdleConnections()
		for i := range 3 {
			w := httptest.NewRecorder()
			p.ServeHTTP(w, httptest.NewRequest("GET", "http://origin/", nil))
			if w.Code != 200 || w.Body.String() != "ok" || dialed != i+1 {
				t.Errorf("request %d: %d, %q, %d connections so far", i, w.Code, w.Body, dialed)
			}
			time.Sleep(time.Second)
		}
	})
}
