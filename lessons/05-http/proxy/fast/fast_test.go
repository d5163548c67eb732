package fast

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"onthewire/lessons/05-http/proxy/proxytest"
	"onthewire/lessons/internal/drain"
	"onthewire/lessons/internal/servertest"
)

func TestWhatConcernsOneConnectionIsNotPassedOn(t *testing.T) {
	heads := make(chan string, 1)
	origin := anOrigin(t, func(conn *net.TCPConn, r *bufio.Reader) {
		for {
			head := headOf(r)
			if head == "" {
				return
			}
			heads <- head
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nX-Open: 1\r\nx-secret: 2\r\nUpgrade: h2c\r\nKeep-Alive: 5\r\nConnection: X-Secret\r\nContent-Length: 2\r\n\r\nhi")
		}
	})
	proxy := serving(t, front())
	for _, size := range []int{1, 3, 7, 1 << 20} {
		r, _ := ask(t, proxy, get(origin, "/a?b", "X-Open: 1\r\nX-Secret: 2\r\nConnection: keep-alive, x-secret\r\nTE: trailers\r\n"+
			"Proxy-Connection: x\r\nProxy-Authorization: Basic eA==\r\nVia: 1.0 fred\r\n"), size)
		answer, text := answered(t, r)
		want := "GET /a?b HTTP/1.1\r\nHost: " + origin + "\r\nX-Open: 1\r\nVia: 1.0 fred\r\nVia: 1.1 us\r\n\r\n"
		if got := <-heads; got != want {
			t.Errorf("in pieces of %d bytes the origin gets\n%s\nwant\n%s", size, got, want)
		}
		if text != "hi" || answer.Header.Get("X-Open") != "1" || answer.Header.Get("Via") != "1.1 us" || len(answer.Header) != 3 {
			t.Errorf("the client gets %q and %v", text, answer.Header)
		}
	}
}

func TestWhatIsNotPlainIsHandedOnWithAllItsBytes(t *testing.T) {
	origin := says(t, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
	proxy := serving(t, front())
	to := "http://" + origin + "/"
	for request, want := range map[string]string{
		"POST " + to + " HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello":                        "rest: POST " + to + " hello",
		"POST " + to + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n": "rest: POST " + to + " a",
		"GET " + to + " HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi":                            "rest: GET " + to + " hi",
		"GET / HTTP/1.1\r\nHost: x\r\n\r\n":                                                            "rest: GET / ",
		"GET " + to + " HTTP/1.0\r\n\r\n":                                                              "rest: GET " + to + " ",
		get(origin, "/", "Via: 1.1 US\r\n"):                                                            "rest: GET " + to + " ",
		get(origin, "/", "Authorization: Negotiate eA==\r\n"):                                          "rest: GET " + to + " ",
		get(origin, "/", "Upgrade: websocket\r\nConnection: Upgrade\r\n"):                              "rest: GET " + to + " ",
	} {
		for _, size := range []int{3, 1 << 20} {
			r, _ := ask(t, proxy, "\r\n"+get(origin, "/", "")+request, size)
			if _, text := answered(t, r); text != "hi" {
				t.Errorf("the plain one is answered %q", text)
			}
			if _, text := answered(t, r); text != want {
				t.Errorf("%q is answered %q, want %q", request, text, want)
			}
		}
	}
}

func TestAKeptConnectionIsUsedAgainAndAnotherOneIfItHasBroken(t *testing.T) {
	conns := 0
	origin := anOrigin(t, func(conn *net.TCPConn, r *bufio.Reader) {
		conns++
		for request := 1; request < 3; request++ {
			headOf(r)
			fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n%d.%d", conns, request)
		}
		headOf(r) // and now it closes, as if its time were over
	})
	proxy := serving(t, front())
	for _, want := range []string{"1.1", "1.2", "2.1", "2.2", "3.1"} {
		r, _ := ask(t, proxy, get(origin, "/", ""), 1<<20)
		if answer, text := answered(t, r); text != want {
			t.Errorf("%s %q, want %s", answer.Status, text, want)
		}
	}
}

func TestWhatAnOriginSaysUnaskedAnswersNobody(t *testing.T) {
	for _, unasked := range []string{"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", "x"} {
		more, there, closed := make(chan struct{}), make(chan struct{}), make(chan struct{})
		first := true
		origin := anOrigin(t, func(conn *net.TCPConn, r *bufio.Reader) {
			headOf(r)
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood")
			if first {
				first = false
				<-more
				io.WriteString(conn, unasked)
				for drain.Unsent(conn) > 0 { // until the proxy's kernel has it
					time.Sleep(time.Millisecond)
				}
				close(there)
				conn.CloseWrite()
				io.Copy(io.Discard, conn) // until the proxy has closed
				close(closed)
			}
		})
		proxy := serving(t, front())
		r, _ := ask(t, proxy, get(origin, "/", ""), 1<<20)
		answered(t, r)
		close(more)
		<-there
		r, _ = ask(t, proxy, get(origin, "/", ""), 1<<20)
		if answer, text := answered(t, r); text != "good" {
			t.Errorf("the second client is told %s, %q", answer.Status, text)
		}
		<-closed
	}
}

func TestAnAnswerIsReadToWhereItEnds(t *testing.T) {
	proxy := serving(t, front())
	for _, c := range []struct{ method, says, want string }{
		{"GET", "HTTP/1.1 404 Not here\r\nContent-Length: 2\r\n\r\nhi", "HTTP/1.1 404 Not here\r\nVia: 1.1 us\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"},
		{"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n", "HTTP/1.1 200 OK\r\nVia: 1.1 us\r\nContent-Length: 20\r\nConnection: close\r\n\r\n"},
		{"GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 20\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nVia: 1.1 us\r\nConnection: close\r\n\r\n"},
		{"GET", "HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 204 No Content\r\nVia: 1.1 us\r\nConnection: close\r\n\r\n"},
		{"GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\nConnection: Y\r\n\r\n2;a=b\r\nhi\r\n0\r\nX: 1\r\nY: 2\r\n\r\n",
			"HTTP/1.1 200 OK\r\nVia: 1.1 us\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\nConnection: close\r\n\r\n2\r\nhi\r\n0\r\nX: 1\r\n\r\n"},
		{"GET", "HTTP/1.0 200 OK\r\n\r\nhi", "HTTP/1.1 200 OK\r\nVia: 1.1 us\r\nConnection: close\r\n\r\nhi"},
		{"GET", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <a>\r\nKeep-Alive: 1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
			"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 200 OK\r\nVia: 1.1 us\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"},
	} {
		r, _ := ask(t, proxy, strings.Replace(get(says(t, c.says), "/", "Connection: close\r\n"), "GET", c.method, 1), 1<<20)
		if got, err := io.ReadAll(r); string(got) != c.want || err != nil {
			t.Errorf("of %q the client gets %q, %v, want %q", c.says, got, err, c.want)
		}
	}
}

func TestALongBodyComesWhole(t *testing.T) {
	long := strings.Repeat("wire", 1<<18)
	proxy := serving(t, front())
	for _, says1 := range []string{
		fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(long), long),
		fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(long), long),
		"HTTP/1.1 200 OK\r\n\r\n" + long,
	} {
		r, _ := ask(t, proxy, get(says(t, says1), "/", ""), 1<<20)
		if answer, text := answered(t, r); text != long {
			t.Errorf("%s, %d bytes of %d", answer.Status, len(text), len(long))
		}
	}
}

func TestHalfAnAnswerLooksLikeHalf(t *testing.T) {
	proxy := serving(t, front())
	for _, half := range []string{"Content-Length: 10\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0x\r\n"} {
		r, _ := ask(t, proxy, get(says(t, "HTTP/1.1 200 OK\r\n"+half), "/", ""), 1<<20)
		if all, err := io.ReadAll(r); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("of %q the client gets %q and %v, want a reset", half, all, err)
		}
	}
	half := make(chan struct{})
	origin := anOrigin(t, func(conn *net.TCPConn, r *bufio.Reader) {
		headOf(r)
		io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\nhalf")
		<-half
		conn.SetLinger(0)
	})
	r, _ := ask(t, proxy, get(origin, "/", ""), 1<<20)
	answer, err := http.ReadResponse(r, nil)
	must(t, err)
	io.ReadFull(answer.Body, make([]byte, 4))
	close(half)
	if _, err := io.ReadAll(answer.Body); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("an origin that resets is passed on as %v", err)
	}
}

func TestWhatGoesWrongIsSaid(t *testing.T) {
	proxy := serving(t, front())
	for _, c := range []struct {
		request string
		want    int
	}{
		{get(proxytest.Nobody(t), "/", ""), 502},
		{"GET http://x/\r\n\r\n", 400},
		{"GET http://x/ HTTP/1.1\nHost: x\n\n", 400},
		{get("x", "/", strings.Repeat("X: "+strings.Repeat("x", 8000)+"\r\n", 5)), 431},
		{get(says(t, "HTTP/1.1 200 OK\nContent-Length: 0\n\n"), "/", ""), 502},
		{get(says(t, "HTTP/1.1 200 OK\r\nX: "+strings.Repeat("x", 8<<10)+"\r\n\r\n"), "/", ""), 502},
		{get(says(t, "HTTP/1.1 101 Switching Protocols\r\n\r\n"), "/", ""), 502},
		{get(says(t, strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 9)), "/", ""), 103},
		{get(says(t, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n"), "/", ""), 502},
		{get(says(t, "HTTP/1.1 200 OK\r\nContent-Length: +0\r\n\r\n"), "/", ""), 502},
		{get(says(t, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), "/", ""), 502},
		{get(says(t, "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), "/", ""), 502},
		{get(says(t, "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), "/", ""), 502},
		{get(says(t, "HTTP/1.1 200 OK\r\nX : 1\r\nContent-Length: 0\r\n\r\n"), "/", ""), 502},
		{get(says(t, ""), "/", ""), 502},
	} {
		r, _ := ask(t, proxy, c.request, 1<<20)
		line, err := r.ReadString('\n')
		if !strings.HasPrefix(line, fmt.Sprintf("HTTP/1.1 %d ", c.want)) {
			t.Errorf("%.200q is answered %q, %v, want %d", c.request, line, err, c.want)
		}
	}
}

func TestTheOwnerSaysWhatAnErrorOfDialMeans(t *testing.T) {
	f := front()
	f.Dial = func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("not there") }
	f.Status = func(error) int { return 403 }
	r, _ := ask(t, serving(t, f), get("wire", "/", ""), 1<<20)
	if answer, text := answered(t, r); answer.StatusCode != 403 || text != "wire:80: not there\n" {
		t.Errorf("%s, %q", answer.Status, text)
	}
}

func TestWhoIsGoneIsNotWaitedFor(t *testing.T) {
	ended := make(chan error, 1)
	origin := anOrigin(t, func(conn *net.TCPConn, r *bufio.Reader) {
		headOf(r)
		_, err := r.ReadByte()
		ended <- err
	})
	_, conn := ask(t, serving(t, front()), get(origin, "/", ""), 1<<20)
	conn.Close()
	if err := <-ended; err != io.EOF {
		t.Errorf("the origin's connection ends with %v", err)
	}
}

func TestTheFrontStandsWhatClientsDo(t *testing.T) {
	page := strings.Repeat("wire", 1<<18)
	l := listen(t)
	origin := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, page) })}
	go origin.Serve(l)
	t.Cleanup(func() { origin.Close() })
	talk := servertest.Get("http://"+l.Addr().String()+"/page", len(page))
	talk.Forwards = true
	servertest.Run(t, servertest.Server{
		Open: func(ctx context.Context, _ servertest.Settings) (string, func(context.Context) error, error) {
			on, err := net.Listen("tcp4", "127.0.0.1:0")
			if err != nil {
				return "", nil, err
			}
			return on.Addr().String(), func(ctx context.Context) error { return front().Serve(ctx, on) }, nil
		},
		Talk: talk,
	})
}
