package fetch

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"onthewire/lessons/05-http/origin"
	"onthewire/lessons/internal/network"
)

// against asks a server that answers in its own way, in virtual time.
func against(t *testing.T, answer func(net.Conn), ask func(*testing.T, *Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := network.Simulate(rtt / 2)
		listener, err := n.Listen(origin.Clear)
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				go func() {
					defer conn.Close()
					http.ReadRequest(bufio.NewReader(conn))
					answer(conn)
				}()
			}
		}()
		ask(t, &Client{Dial: n.DialContext})
		listener.Close()
		time.Sleep(time.Minute) // what is closed hears of it
	})
}

func TestABodyThatEndsTooEarlyIsCut(t *testing.T) {
	for _, test := range []struct {
		answer string
		want   Cut
	}{
		{"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhello, wire\n", Cut{12, 20}},
		{"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n", Cut{}}, // more than we take
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", Cut{5, -1}},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhello", Cut{5, -1}},
	} {
		against(t, func(conn net.Conn) { io.WriteString(conn, test.answer) }, func(t *testing.T, c *Client) {
			answer, err := c.Get(t.Context(), at(t, clear), HTTP1, io.Discard)
			cut, isCut := errors.AsType[*Cut](err)
			_, tooLong := errors.AsType[*TooLong](err)
			if answer == nil || !tooLong && (!isCut || *cut != test.want) || tooLong != (test.want == Cut{}) {
				t.Errorf("%q: %v, %v", test.answer, answer, err)
			}
		})
	}
}

func TestABodyThatIsLongerThanPromisedEndsWhereItShould(t *testing.T) {
	against(t, func(conn net.Conn) { io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, wire\n") },
		func(t *testing.T, c *Client) {
			var body strings.Builder
			if answer, err := c.Get(t.Context(), at(t, clear), HTTP1, &body); err != nil || answer.Bytes != 5 || body.String() != "hello" {
				t.Errorf("%q, %v", body.String(), err)
			}
		})
}

func TestAServerThatTricklesIsGivenUpInTime(t *testing.T) {
	for _, head := range []string{"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"} {
		trickle := func(conn net.Conn) {
			io.WriteString(conn, head)
			for err := error(nil); err == nil; time.Sleep(time.Second) {
				_, err = conn.Write([]byte("x"))
			}
		}
		against(t, trickle, func(t *testing.T, c *Client) {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			begun := time.Now()
			_, err := c.Get(ctx, at(t, clear), HTTP1, io.Discard)
			if took := time.Since(begun); !errors.Is(err, context.DeadlineExceeded) || took != 10*time.Second {
				t.Errorf("behind %q it ended after %v: %v", head, took, err)
			}
		})
	}
}

// flood writes for ever.
func flood(conn net.Conn, text string) (written int64) {
	for {
		n, err := io.WriteString(conn, text)
		if written += int64(n); err != nil {
			return written
		}
	}
}

func TestAnAnswerWithoutAnEndIsReadUpToALimit(t *testing.T) {
	for name, test := range map[string]struct{ head, more, want string }{
		"fields":            {"HTTP/1.1 200 OK\r\n", strings.Repeat("Field: value\r\n", 100), "exceeded 65536 bytes"},
		"one field":         {"HTTP/1.1 200 OK\r\nField: ", strings.Repeat("x", 1000), "exceeded 65536 bytes"},
		"the first line":    {"HTTP/1.1 200 ", strings.Repeat("x", 1000), "exceeded 65536 bytes"},
		"a body until EOF":  {"HTTP/1.1 200 OK\r\n\r\n", strings.Repeat("x", 1000), "longer than 1000000 bytes"},
		"chunks":            {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", strings.Repeat("3e8\r\n"+strings.Repeat("x", 1000)+"\r\n", 10), "longer than 1000000 bytes"},
		"chunk extensions":  {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", strings.Repeat("x", 1000), "line too long"},
		"provisional heads": {"", strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n", 100), "exceeded 65536 bytes"},
	} {
		var written atomic.Int64
		against(t, func(conn net.Conn) { io.WriteString(conn, test.head); written.Store(flood(conn, test.more)) }, func(t *testing.T, c *Client) {
			c.Body = 1_000_000
			_, err := c.Get(t.Context(), at(t, clear), HTTP1, io.Discard)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s: %v, want %q", name, err, test.want)
			}
		})
		if n := written.Load(); n == 0 || n > 3<<20 {
			t.Errorf("%s: the server could write %d bytes until we were gone", name, n)
		}
	}
}

func TestABombStaysPacked(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	z.Write(make([]byte, 1<<20))
	z.Close()
	play(t, origin.Kind{}, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(bomb.Bytes())
	}, func(t *testing.T, s *scene) {
		for _, v := range []Version{HTTP1, HTTP2, HTTP3} {
			var body bytes.Buffer
			if _, err := s.client.Get(t.Context(), at(t, secure), v, &body); err != nil || !bytes.Equal(body.Bytes(), bomb.Bytes()) {
				t.Errorf("%v: %d bytes of %d, %v", v, body.Len(), bomb.Len(), err)
			}
		}
	})
}

func TestFieldsAndBodiesAreLimitedInEachVersion(t *testing.T) {
	handler := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/fields" {
			w.Header().Set("Field", strings.Repeat("x", 100_000))
		} else {
			w.WriteHeader(http.StatusOK)
			http.NewResponseController(w).Flush() // so that no length is known
			io.WriteString(w, strings.Repeat("x", 100_000))
		}
	}
	play(t, origin.Kind{}, handler, func(t *testing.T, s *scene) {
		s.client.Body = 99_999
		for _, v := range []Version{HTTP1, HTTP2, HTTP3} {
			if answer, err := s.client.Get(t.Context(), at(t, secure+"fields"), v, io.Discard); err == nil {
				t.Errorf("%v: a field of 100,000 bytes: %v", v, answer.Status)
			}
			_, err := s.client.Get(t.Context(), at(t, secure), v, io.Discard)
			if long, ok := errors.AsType[*TooLong](err); !ok || long.Limit != s.client.Body {
				t.Errorf("%v: a body of 100,000 bytes: %v", v, err)
			}
		}
	})
}

func TestWhatAServerPromisesIsCheckedInEachVersion(t *testing.T) {
	handler := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "20")
		io.WriteString(w, "hello, wire\n")
	}
	play(t, origin.Kind{}, handler, func(t *testing.T, s *scene) {
		for _, v := range []Version{HTTP1, HTTP2, HTTP3} {
			if _, err := s.client.Get(t.Context(), at(t, secure), v, io.Discard); err == nil {
				t.Errorf("%v: 12 bytes of 20 were taken for all", v)
			} else {
				t.Logf("%v: %v", v, err)
			}
		}
	})
}
