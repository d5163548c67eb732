package h1

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"onthewire/lessons/internal/drain"
	"onthewire/lessons/internal/leak"
	"onthewire/lessons/internal/servertest"
)

func TestItStandsWhatClientsDo(t *testing.T) {
	const size = 2 << 20
	page := bytes.Repeat([]byte("hello, wire\n"), size/12)
	servertest.Run(t, servertest.Server{
		Open: func(ctx context.Context, set servertest.Settings) (string, func(context.Context) error, error) {
			l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
			if err != nil {
				return "", nil, err
			}
			s := &Server{
				Handler:  func(w *Response, _ *Request) { w.Write(page) },
				Timeouts: Timeouts{Idle: set.Idle, Drain: set.Drain},
			}
			return l.Addr().String(), func(ctx context.Context) error { return s.Serve(ctx, l) }, nil
		},
		Talk: servertest.Get("/", size),
	})
}

// stops stops the server, and wants it to have taken so long.
func (sc *scene) stops(want time.Duration) error {
	sc.t.Helper()
	begun := time.Now()
	sc.stop()
	err := <-sc.ended
	sc.ended <- err // for the cleanup
	took(sc.t, begun, want)
	return err
}

func TestAStoppedServerWaitsForWhoHasBegunAndForNobodyElse(t *testing.T) {
	slow := func(w *Response, r *Request) {
		time.Sleep(time.Second)
		echo(w, r)
	}
	synctest.Test(t, func(t *testing.T) {
		sc := serving(t, &Server{Handler: slow})
		silent, busy, half := sc.client(), sc.client(), sc.client()
		busy.says(get+get, 1<<20)
		half.says(get[:10], 1<<20)
		synctest.Wait()
		ended := make(chan error, 1)
		go func() { ended <- sc.stops(4 * time.Second) }()
		silent.ends()
		half.drips(get[10:], 1, 500*time.Millisecond) // a pause of a second would be too long
		if r := busy.hears("GET", 200, "*"); r.Close {
			t.Error("the first answer says that it is the last, and another request has come")
		}
		busy.hears("GET", 200, "*")
		busy.ends()
		if err := <-ended; err != nil {
			t.Errorf("it ends with %v", err)
		}
		if rest, _ := io.ReadAll(half.Reader); len(rest) > 0 {
			t.Errorf("who needed more than the drain hears %q", rest)
		}
	})
	synctest.Test(t, func(t *testing.T) { // it stalls, and is told why nobody waits any longer
		sc := serving(t, &Server{})
		c := sc.client()
		c.says(get[:10], 1<<20)
		synctest.Wait()
		go sc.stops(stall)
		c.hears("GET", 408, "*")
		c.ends()
	})
}

func TestTheLastAnswerOfAStoppedServerSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := make(chan struct{})
		sc := serving(t, &Server{Handler: func(w *Response, r *Request) {
			close(begun)
			time.Sleep(time.Second)
		}})
		c := sc.client()
		c.says(get, 1<<20)
		<-begun
		go sc.stops(time.Second)
		if r := c.hears("GET", 200, ""); !r.Close {
			t.Error("it does not")
		}
		c.ends()
	})
}

func TestAHandlerHearsWhenNobodyWaitsForItAnyMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sc := serving(t, &Server{Handler: func(w *Response, r *Request) { <-r.Context().Done() }})
		sc.client().says(get, 1<<20)
		synctest.Wait()
		if err := sc.stops(4 * time.Second); err != nil {
			t.Error(err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		defer close(hang)
		sc := serving(t, &Server{Handler: func(w *Response, r *Request) { <-hang }})
		sc.client().says(get, 1<<20)
		synctest.Wait()
		if err := sc.stops(4*time.Second + grace); err == nil {
			t.Error("a handler goes on, and the server has not said so")
		}
	})
}

// real starts a server on a real socket.
func real(t *testing.T, s *Server) (address string, stop func() error) {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	stop = func() error {
		cancel()
		err := <-ended
		ended <- err
		return err
	}
	t.Cleanup(func() { stop() })
	return l.Addr().String(), stop
}

func dial(t *testing.T, address string) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp4", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	return conn.(*net.TCPConn)
}

// Without the lingering close the kernel would answer the rest of the body with RST, and that
// may overtake the refusal.
func TestARefusalArrivesAlthoughTheClientStillSends(t *testing.T) {
	leak.Check(t)
	address, _ := real(t, &Server{Handler: hello})
	for range 5 {
		conn := dial(t, address)
		io.WriteString(conn, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n")
		sent := make(chan error, 1)
		go func() {
			_, err := conn.Write(make([]byte, 2<<20))
			conn.CloseWrite()
			sent <- err
		}()
		if err := <-sent; err != nil {
			t.Fatalf("the client sends, and hears %v", err)
		}
		answer, err := io.ReadAll(conn)
		if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 413 ") {
			t.Fatalf("the client reads %q, %v", answer, err)
		}
	}
}

// The client writes all of it before it reads an answer, so the server has to let it wait.
func TestAHundredThousandPipelinedRequestsTakeNoMemory(t *testing.T) {
	leak.Check(t)
	const n = 100_000
	var handled atomic.Int64
	address, _ := real(t, &Server{Handler: func(w *Response, r *Request) {
		handled.Add(1)
		hello(w, r)
	}})
	conn := dial(t, address)
	conn.SetReadBuffer(64 << 10)
	before := heap()
	sent := make(chan error, 1)
	go func() {
		_, err := io.Copy(conn, io.LimitReader(&repeated{text: get}, n*int64(len(get))))
		sent <- err
	}()
	for last := int64(-1); handled.Load() != last || last == 0; time.Sleep(10 * time.Millisecond) { // until it stands still
		last = handled.Load()
	}
	if grown := heap() - before; grown > 1<<20 {
		t.Errorf("with %d answers unread the heap has grown by %d bytes", handled.Load(), grown)
	}
	if handled.Load() == n {
		t.Error("the server has answered all of them, and nobody was reading")
	}
	one := len("HTTP/1.1 200 OK\r\nDate: Thu, 26 Nov 2026 11:28:39 GMT\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 13\r\n\r\nHello, World!")
	if got, err := io.CopyN(io.Discard, conn, int64(n*one)); err != nil {
		t.Errorf("%d of %d bytes of answers came: %v", got, n*one, err)
	}
	if err := <-sent; err != nil {
		t.Error(err)
	}
}

type repeated struct {
	text string
	at   int
}

func (r *repeated) Read(p []byte) (n int, err error) {
	for n < len(p) {
		k := copy(p[n:], r.text[r.at:])
		n, r.at = n+k, (r.at+k)%len(r.text)
	}
	return n, nil
}

func heap() int {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc)
}

func TestClientsThatLeaveAtAnyPointLeaveNothingBehind(t *testing.T) {
	leak.Check(t)
	message := "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n" + get
	address, stop := real(t, &Server{Handler: func(w *Response, r *Request) {
		io.Copy(w, r.Body)
		w.Write(make([]byte, 100_000))
	}})
	for n := range len(message) {
		conn := dial(t, address)
		io.WriteString(conn, message[:n])
		switch n % 3 {
		case 0:
			conn.SetLinger(0) // so that Close sends RST
		case 1:
			conn.CloseWrite()
			io.Copy(io.Discard, conn)
		}
		conn.Close()
	}
	if err := stop(); err != nil {
		if _, ok := errors.AsType[*drain.Cut](err); !ok {
			t.Error(err)
		}
	}
}

func TestNetHTTPsClientIsAtHomeHere(t *testing.T) {
	leak.Check(t)
	address, _ := real(t, &Server{Handler: func(w *Response, r *Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		w.Status = 200
		w.Set("X-Method", r.Method)
		fmt.Fprintf(w, "%s%v", body, r.Trailers)
	}})
	transport := &http.Transport{ExpectContinueTimeout: 10 * time.Second}
	defer transport.CloseIdleConnections()
	for _, method := range []string{"GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "X-OWN"} {
		for _, known := range []bool{true, false} {
			request, err := http.NewRequestWithContext(t.Context(), method, "http://"+address+"/a?b=c", nil)
			if err != nil {
				t.Fatal(err)
			}
			want := "[]"
			if method != "GET" {
				text := strings.Repeat("hello, wire\n", 1000)
				want = text + "[]"
				request.Body, request.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
				request.Header.Set("Expect", "100-continue")
				if !known {
					want = text + "[{Sum 1}]"
					request.ContentLength, request.Trailer = -1, http.Header{"Sum": {"1"}}
				}
			}
			response, err := transport.RoundTrip(request)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(response.Body)
			response.Body.Close()
			if err != nil || string(got) != want || response.Header.Get("X-Method") != method {
				t.Errorf("%s: %d bytes, %v; want %d", method, len(got), err, len(want))
			}
		}
	}
}
