package h1

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
)

func TestAnAnswerSaysWhereItEnds(t *testing.T) {
	long := strings.Repeat("hello, wire\n", 10_000)
	for _, x := range []struct {
		what    string
		handler func(*Response, *Request)
		body    string
		length  int64 // -1: nobody said it
	}{
		{"nothing", func(*Response, *Request) {}, "", 0},
		{"a short one", func(w *Response, _ *Request) { io.WriteString(w, "hel"); io.WriteString(w, "lo") }, "hello", 5},
		{"a long one", func(w *Response, _ *Request) { io.WriteString(w, long) }, long, -1},
		{"a long one of known length", func(w *Response, _ *Request) { w.Length = int64(len(long)); io.WriteString(w, long) }, long, int64(len(long))},
		{"one in pieces", func(w *Response, _ *Request) {
			for _, part := range []string{"", "hel", "lo"} {
				io.WriteString(w, part)
				w.Flush()
			}
		}, "hello", -1},
		{"exactly a block", func(w *Response, _ *Request) { io.WriteString(w, long[:block]) }, long[:block], -1},
	} {
		for _, proto := range []string{"HTTP/1.1", "HTTP/1.0"} {
			synctest.Test(t, func(t *testing.T) {
				c := serving(t, &Server{Handler: x.handler}).client()
				request := "GET / " + proto + "\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"
				c.says("HEAD"+request[3:]+request+request, 1<<20)
				if r := c.hears("HEAD", 200, ""); r.ContentLength != int64(len(x.body)) {
					t.Errorf("%s by %s: HEAD says %d bytes", x.what, proto, r.ContentLength)
				}
				r := c.hears("GET", 200, x.body)
				if r.ContentLength != x.length || r.Header.Get("Date") == "" {
					t.Errorf("%s by %s: its length is %d, want %d", x.what, proto, r.ContentLength, x.length)
				}
				if proto == "HTTP/1.0" && x.length < 0 {
					c.ends() // which is how it is told
				} else {
					c.hears("GET", 200, x.body)
				}
			})
		}
	}
}

func TestWhatNeverHasABodyHasNone(t *testing.T) {
	for _, status := range []int{204, 304} {
		synctest.Test(t, func(t *testing.T) {
			c := serving(t, &Server{Handler: func(w *Response, _ *Request) {
				w.Status = status
				if _, err := io.WriteString(w, "hello"); err != ErrNoBody {
					t.Errorf("the handler hears %v", err)
				}
			}}).client()
			c.says(get+get, 1<<20)
			for range 2 {
				if r := c.hears("GET", status, ""); r.Header.Get("Content-Length")+r.Header.Get("Transfer-Encoding") != "" {
					t.Errorf("%d says where its body ends: %v", status, r.Header)
				}
			}
		})
	}
}

func TestAHandlersMistakeIsSeenByItsClientAndNoOther(t *testing.T) {
	for _, x := range []struct {
		what    string
		handler func(*Response, *Request)
		begun   bool // the answer, so that the client is cut off in the middle
	}{
		{"panics: oh no", func(*Response, *Request) { panic("oh no") }, false},
		{"panics: oh no", func(w *Response, _ *Request) { io.WriteString(w, "hel"); w.Flush(); panic("oh no") }, true},
		{"lacks 2 of the 5 bytes", func(w *Response, _ *Request) { w.Length = 5; io.WriteString(w, "hel") }, false},
		{"lacks 2 of the 5 bytes", func(w *Response, _ *Request) { w.Length = 5; io.WriteString(w, "hel"); w.Flush() }, true},
		{"cannot be sent", func(w *Response, _ *Request) { w.Set("X", "y\r\nSet-Cookie: z") }, false},
		{"cannot be sent", func(w *Response, _ *Request) { w.Set("X Y", "z") }, false},
		{"the server's to say", func(w *Response, _ *Request) { w.Set("content-length", "1") }, false},
		{"the server's to say", func(w *Response, _ *Request) { w.Set("X\r\n", ""); w.Fields[0].Name = "Transfer-Encoding"; w.Flush() }, false},
		{"not the status of an answer", func(w *Response, _ *Request) { w.Status = 100 }, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			sc := serving(t, &Server{Handler: func(w *Response, r *Request) {
				if r.Target == "/" {
					x.handler(w, r)
				}
			}})
			c, other := sc.client(), sc.client()
			c.says(get+get, 1<<20)
			if x.begun {
				if rest, err := io.ReadAll(c.Reader); err != nil || !strings.Contains(string(rest), "hel") || strings.HasSuffix(string(rest), "0\r\n\r\n") || strings.Count(string(rest), "HTTP/1.1") != 1 {
					t.Errorf("%s: the client gets %q, %v", x.what, rest, err)
				}
			} else {
				c.hears("GET", 500, "the server has made a mistake\n")
				c.ends()
			}
			sc.reported(x.what)
			other.says("GET /other HTTP/1.1\r\nHost: a\r\n\r\n", 1<<20)
			other.hears("GET", 200, "")
		})
	}
}

func TestMoreThanPromisedIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := serving(t, &Server{Handler: func(w *Response, _ *Request) {
			w.Length = 5
			io.WriteString(w, "hello")
			if _, err := io.WriteString(w, "!"); !errors.Is(err, ErrTooLong) {
				t.Errorf("the handler hears %v", err)
			}
		}}).client()
		c.says(get+get, 1<<20)
		c.hears("GET", 200, "hello")
		c.hears("GET", 200, "hello")
	})
}

// An answer that fits leaves in one piece, so it is one packet, and nothing waits for an
// acknowledgement of its head.
func TestAShortAnswerIsOneWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sc := serving(t, &Server{})
		ours, theirs := net.Pipe()
		sc.conns <- theirs
		defer ours.Close()
		fmt.Fprint(ours, get)
		piece := make([]byte, 1<<20)
		n, err := ours.Read(piece) // a pipe hands over one write at most
		if err != nil || !strings.HasSuffix(string(piece[:n]), "\r\n\r\nHello, World!") {
			t.Errorf("the first write is %q, %v", piece[:n], err)
		}
	})
}
