//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package loop

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"onthewire/lessons/internal/leak"
	"onthewire/lessons/internal/servertest"
)

var anywhere = netip.MustParseAddrPort("127.0.0.1:0")

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func serving(t *testing.T, body string) (address string) {
	t.Helper()
	leak.Check(t)
	s, err := Listen(anywhere)
	must(t, err)
	s.Body = []byte(body)
	address = s.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return address
}

// says sends text in pieces of so many bytes, and returns all that comes until the end.
func says(t *testing.T, address, text string, size int) string {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	must(t, err)
	defer conn.Close()
	must(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	for len(text) > 0 {
		n := min(size, len(text))
		if _, err := io.WriteString(conn, text[:n]); err != nil {
			break // it has heard enough
		}
		text = text[n:]
	}
	conn.(*net.TCPConn).CloseWrite()
	all, err := io.ReadAll(conn)
	must(t, err)
	return string(all)
}

func TestItStandsWhatClientsDo(t *testing.T) {
	const size = 1 << 20
	page := bytes.Repeat([]byte("wire"), size/4)
	servertest.Run(t, servertest.Server{
		Open: func(_ context.Context, set servertest.Settings) (string, func(context.Context) error, error) {
			s, err := Listen(anywhere)
			if err != nil {
				return "", nil, err
			}
			s.Body = page
			if set.Drain != 0 {
				s.Drain = set.Drain
			}
			return s.Addr().String(), s.Serve, nil
		},
		Talk: servertest.Get("/", size),
	})
}

func TestEachRequestIsAnsweredInHoweverManyPiecesItComes(t *testing.T) {
	address := serving(t, "Hello, World!")
	for _, size := range []int{1, 3, 7, 1 << 20} {
		got := says(t, address, "GET / HTTP/1.1\r\nHost: a:80\r\n\r\n"+
			"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"+
			"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"+
			"HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", size)
		r := bufio.NewReader(strings.NewReader(got))
		for _, method := range []string{"GET", "POST", "POST", "HEAD"} {
			answer, err := http.ReadResponse(r, &http.Request{Method: method})
			if err != nil {
				t.Fatalf("in pieces of %d bytes: %v in %q", size, err, got)
			}
			text, err := io.ReadAll(answer.Body)
			if want := "Hello, World!"; answer.StatusCode != 200 || string(text) != want && method != "HEAD" || err != nil {
				t.Errorf("%s: %s %q %v", method, answer.Status, text, err)
			}
		}
		if rest, _ := io.ReadAll(r); len(rest) > 0 {
			t.Errorf("behind the last answer comes %q", rest)
		}
	}
}

func TestWhatCannotBeOneRequestIsRefusedAndTheConnectionEnds(t *testing.T) {
	address := serving(t, "Hello, World!")
	for request, status := range map[string]string{
		"GET / HTTP/1.1\nHost: a\n\n":                                                          "400",
		"GET / HTTP/1.1\r\n\r\n":                                                               "400",
		"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n":                                                "400",
		"GET / HTTP/1.1\r\nHost : a\r\n\r\n":                                                   "400",
		"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n":                                         "400",
		"GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n":                                              "400",
		"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n": "400",
		"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n":                                              "501",
		"GET / HTTP/2.0\r\nHost: a\r\n\r\n":                                                    "505",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n":                      "413",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\nExpect: 100-continue\r\n\r\n":    "417",
		"GET /" + strings.Repeat("a", 20_000) + " HTTP/1.1\r\nHost: a\r\n\r\n":                 "414",
	} {
		for _, size := range []int{7, 1 << 20} {
			if got := says(t, address, request+"GET / HTTP/1.1\r\nHost: a\r\n\r\n", size); !strings.HasPrefix(got, "HTTP/1.1 "+status+" ") || strings.Contains(got, "Hello") {
				t.Errorf("%.60q is answered %.100q, want %s", request, got, status)
			}
		}
	}
}

// The client reads nothing before it has asked for everything, so most answers wait here.
func TestManyRequestsAtOnceAreAllAnswered(t *testing.T) {
	address := serving(t, strings.Repeat("wire", 1000))
	conn, err := net.Dial("tcp", address)
	must(t, err)
	defer conn.Close()
	must(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	const many = 10_000
	go io.WriteString(conn, strings.Repeat("GET / HTTP/1.1\r\nHost: a\r\n\r\n", many))
	r := bufio.NewReader(conn)
	for i := range many {
		answer, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatalf("answer %d: %v", i, err)
		}
		if n, err := io.Copy(io.Discard, answer.Body); n != 4000 || err != nil {
			t.Fatalf("answer %d has %d bytes, %v", i, n, err)
		}
	}
}

func TestAPlainRequestAllocatesNothing(t *testing.T) {
	b := []byte("GET /a?b HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nUser-Agent: x\r\nAccept: */*\r\n\r\n")
	if n := testing.AllocsPerRun(100, func() {
		if plain(b) != len(b) {
			t.Error("it is not plain")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Whatever the short way accepts, h1 accepts too, and ends where it does.
func FuzzPlainIsNeverLooserThanH1(f *testing.F) {
	for _, seed := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a%zz HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost:\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a:\r\nX:\tb \r\n\r\nGET", "GET / HTTP/1.1\r\nHost: :80\r\n\r\n", "GET / HTTP/1.1\r\nX: \x80\r\nHOST: -.\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		n := plain(b)
		if n == 0 {
			return
		}
		if want, err := other(b); err != nil || want != (request{length: n}) {
			t.Errorf("%q has %d bytes, and h1 says %+v, %v", b, n, want, err)
		}
	})
}
