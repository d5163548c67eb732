package h1

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

// echo answers with the request as the server has understood it.
func echo(w *Response, r *Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	fmt.Fprintf(w, "%s %s %q %v", r.Method, r.Target, body, r.Trailers)
}

func TestPipelinedRequestsAreAnsweredInOrderHoweverTheyAreCut(t *testing.T) {
	messages := "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n" +
		"POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" +
		"POST /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n" +
		"HEAD /4 HTTP/1.1\r\nHost: a\r\n\r\n" +
		"\r\nGET /5 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" +
		"GET /6 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" +
		"GET /7 HTTP/1.1\r\nHost: a\r\n\r\n"
	for _, size := range pieces {
		synctest.Test(t, func(t *testing.T) {
			c := serving(t, &Server{Handler: echo}).client()
			c.says(messages, size)
			c.hears("GET", 200, `GET /1 "" []`)
			c.hears("POST", 200, `POST /2 "hello" []`)
			c.hears("POST", 200, `POST /3 "hello" [{X y}]`)
			if r := c.hears("HEAD", 200, ""); r.ContentLength != int64(len(`HEAD /4 "" []`)) {
				t.Errorf("HEAD says that the answer to GET has %d bytes", r.ContentLength)
			}
			if r := c.hears("GET", 200, `GET /5 "" []`); r.Header.Get("Connection") != "keep-alive" {
				t.Errorf("an HTTP/1.0 client hears Connection: %q", r.Header.Get("Connection"))
			}
			if r := c.hears("GET", 200, `GET /6 "" []`); !r.Close {
				t.Error("the last answer does not say that it is the last")
			}
			c.ends()
		})
	}
}

func TestASlowHeadIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sc := serving(t, &Server{})
		c := sc.client()
		time.Sleep(30 * time.Second) // it may be silent before
		begun := time.Now()
		c.drips(get, 1, time.Second)
		c.hears("GET", 408, "*")
		took(t, begun, 10*time.Second)
		c.ends()
		sc.reported("408 Request Timeout")
	})
}

func TestABodyMayTakeLongButNotSlow(t *testing.T) {
	const length = 60_000
	for _, x := range []struct {
		bytes  int // at a time
		every  time.Duration
		status int
		took   time.Duration
	}{
		{1, time.Second, 408, 10 * time.Second},
		{500, 2 * time.Second, 408, 19 * time.Second},
		{600, time.Second, 200, 99 * time.Second},
		{6000, 9 * time.Second, 200, 81 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := serving(t, &Server{}).client()
			c.says(fmt.Sprintf("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", length), 1<<20)
			synctest.Wait()
			begun := time.Now()
			c.drips(strings.Repeat("x", length), x.bytes, x.every)
			c.hears("POST", x.status, "*")
			if d := time.Since(begun); d < x.took || d > x.took+x.took/10 {
				t.Errorf("%d bytes each %v: it took %v, want %v", x.bytes, x.every, d, x.took)
			}
		})
	}
}

// The client waits for the handler, and that costs it none of its own time.
func TestASlowHandlerIsNotTheClientsFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := serving(t, &Server{Handler: func(w *Response, r *Request) {
			for range 5 {
				time.Sleep(time.Minute)
				if _, err := io.ReadFull(r.Body, make([]byte, 20_000)); err != nil {
					t.Error(err)
				}
			}
		}}).client()
		c.says("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"+strings.Repeat("x", 100_000), 1<<20)
		c.hears("POST", 200, "")
	})
}

func TestASilentClientIsClosedWithoutAWord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sc := serving(t, &Server{})
		c := sc.client()
		c.says(get, 1<<20)
		c.hears("GET", 200, "Hello, World!")
		begun := time.Now()
		c.ends()
		took(t, begun, time.Minute)
		if len(sc.reports) > 0 {
			t.Errorf("reported: %q", sc.reports)
		}
	})
}

func TestAClientThatDoesNotReadIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sc := serving(t, &Server{Handler: func(w *Response, _ *Request) {
			for {
				if _, err := w.Write(make([]byte, 1000)); err != nil {
					return
				}
			}
		}})
		ours, theirs := net.Pipe()
		sc.conns <- theirs
		defer ours.Close()
		begun := time.Now()
		io.WriteString(ours, get)
		time.Sleep(11 * time.Second)
		if _, err := io.WriteString(ours, get); err == nil {
			t.Error("the connection is open")
		}
		took(t, begun, 11*time.Second)
		sc.reported("i/o timeout")
	})
}

func TestWhoAsksIsToldToContinueOnceTheBodyIsWanted(t *testing.T) {
	const head = "POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
	synctest.Test(t, func(t *testing.T) {
		c := serving(t, &Server{Handler: echo}).client()
		c.says(head, 1<<20)
		first := make([]byte, len("HTTP/1.1 100 Continue\r\n\r\n"))
		if _, err := io.ReadFull(c.Reader, first); err != nil || string(first) != "HTTP/1.1 100 Continue\r\n\r\n" {
			t.Fatalf("the client hears %q, %v", first, err)
		}
		c.says("hello"+get, 1<<20)
		c.hears("POST", 200, `POST /x "hello" []`)
		c.hears("GET", 200, `GET / "" []`)
	})
	synctest.Test(t, func(t *testing.T) { // nobody wants it
		c := serving(t, &Server{Handler: func(w *Response, _ *Request) { w.Status = 404 }}).client()
		c.says(head, 1<<20)
		if r := c.hears("POST", 404, ""); !r.Close {
			t.Error("the connection goes on, and nobody knows whether the body comes")
		}
		c.ends()
	})
	synctest.Test(t, func(t *testing.T) { // a client of HTTP/1.0 would not understand
		c := serving(t, &Server{Handler: echo}).client()
		c.says("POST /x HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello", 1<<20)
		c.hears("POST", 200, `POST /x "hello" []`)
	})
	synctest.Test(t, func(t *testing.T) {
		c := serving(t, &Server{}).client()
		c.says("GET / HTTP/1.1\r\nHost: a\r\nExpect: a miracle\r\n\r\n", 1<<20)
		c.hears("GET", 417, "*")
		c.ends()
	})
}

func TestABodyThatTheHandlerLeavesIsReadOrEndsTheConnection(t *testing.T) {
	ignore := func(*Response, *Request) {}
	body := strings.Repeat("x", discard+1)
	for _, x := range []struct {
		what, message string
		closes        bool
	}{
		{"a small one", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", false},
		{"chunks", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n", false},
		{"a large one", fmt.Sprintf("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", len(body)) + body, true},
		{"large chunks", fmt.Sprintf("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n", len(body)) + body + "\r\n0\r\n\r\n", true},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := serving(t, &Server{Handler: ignore}).client()
			c.says(x.message+get, 1<<20)
			c.hears("POST", 200, "")
			if x.closes {
				c.ends()
			} else {
				c.hears("GET", 200, "")
			}
		})
	}
}

func TestABrokenBodyIsRefusedWhateverTheHandlerMakesOfIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sc := serving(t, &Server{Limits: Limits{Body: 10}, Handler: func(w *Response, r *Request) {
			io.Copy(io.Discard, r.Body)
			io.WriteString(w, "fine!")
		}})
		for body, status := range map[string]int{"5\r\nhello\r\n6": 413, "5\r\nhelloo": 400} {
			c := sc.client()
			c.says("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"+body+"\r\n", 1<<20)
			c.hears("POST", status, "*")
			c.ends()
			sc.reported(fmt.Sprint(status))
		}
	})
}

func TestTunnelsAreNotOpened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := serving(t, &Server{}).client()
		c.says("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n\x16\x03\x01", 1<<20)
		c.hears("CONNECT", 501, "*")
		c.ends()
	})
}
