package gateway

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"onthewire/lessons/internal/devcert"
)

// Where Connection has close in it, http.Transport takes the whole field away.
func TestWhatAnOriginNamesInConnectionIsNotPassedOn(t *testing.T) {
	for _, connection := range []string{"X-Hop", "close, X-Hop", "close\r\nConnection: x-hop"} {
		each(t, says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum, X-Hop\r\nX-Hop: 1\r\nX-Open: 2\r\nConnection: "+connection+"\r\n\r\n"+
			"2\r\nhi\r\n0\r\nX-Sum: 3\r\nX-Hop: 4\r\n\r\n"), func(t *testing.T, b *bench, v version) {
			answer, err := v.client(b).RoundTrip(b.request(t.Context(), "GET", nil))
			must(t, err)
			defer answer.Body.Close()
			text, err := io.ReadAll(answer.Body)
			if string(text) != "hi" || err != nil || answer.Header.Get("X-Open") != "2" || answer.Trailer.Get("X-Sum") != "3" {
				t.Errorf("Connection: %q: the client gets %q, %v, %v, %v", connection, text, answer.Header, answer.Trailer, err)
			}
			if answer.Header["X-Hop"] != nil || len(answer.Trailer["X-Hop"]) > 0 {
				t.Errorf("Connection: %q: the client gets %v and %v", connection, answer.Header, answer.Trailer)
			}
		})
	}
}

func TestBehindTLSTheNamesBesideCloseAreKnownToo(t *testing.T) {
	authority, err := devcert.New()
	must(t, err)
	certificate, err := authority.Certificate()
	must(t, err)
	l, err := tls.Listen("tcp4", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}})
	must(t, err)
	defer l.Close()
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		head(bufio.NewReader(conn))
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Hop: 1\r\nX-Open: 2\r\nConnection: close, X-Hop\r\n\r\nhi")
	}()
	g := New("us", []*url.URL{{Scheme: "https", Host: l.Addr().String()}}, Transport(&tls.Config{RootCAs: authority.Pool()}))
	w := httptest.NewRecorder()
	g.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != 200 || w.Body.String() != "hi" || w.Header().Get("X-Open") != "2" || w.Header()["X-Hop"] != nil {
		t.Errorf("%d, %q, %v", w.Code, w.Body, w.Header())
	}
}

func TestWhatAClientNamesInConnectionIsNoTrailerForTheOrigin(t *testing.T) {
	origin := func(conn net.Conn, r *bufio.Reader, heard chan<- string) {
		request, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		io.Copy(io.Discard, request.Body)
		heard <- request.Trailer.Get("X-Sum") + request.Trailer.Get("X-Secret")
		io.WriteString(conn, fine)
	}
	in(t, origin, func(t *testing.T, b *bench) {
		r, _ := b.ask("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum, X-Secret\r\nConnection: X-Secret\r\n\r\n" +
			"2\r\nhi\r\n0\r\nX-Sum: 1\r\nX-Secret: 2\r\n\r\n")
		answered(t, r)
		if got := <-b.heard; got != "1" {
			t.Errorf("the origin gets %q", got)
		}
	})
}

func TestAnAnswerBeforeTheAnswerAndAnUpgradeHaveTheirHopsTakenOutToo(t *testing.T) {
	const hops = "Keep-Alive: timeout=5\r\nX-Hop: 1\r\nX-Open: 2\r\n"
	in(t, says("HTTP/1.1 103 Early Hints\r\nConnection: X-Hop\r\n"+hops+"\r\nHTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade, X-Hop\r\nUpgrade: chat\r\n"+hops+"\r\n"), func(t *testing.T, b *bench) {
		r, _ := b.ask("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n")
		for _, want := range []string{"HTTP/1.1 103 ", "HTTP/1.1 101 "} {
			if got := head(r); !strings.HasPrefix(got, want) || !strings.Contains(got, "X-Open: 2\r\n") || strings.Contains(got, "X-Hop") || strings.Contains(got, "Keep-Alive") {
				t.Errorf("the client gets %q", got)
			}
		}
	})
}

func TestMaxForwardsCountsDownToTheGateway(t *testing.T) {
	each(t, says(fine), func(t *testing.T, b *bench, v version) {
		client := v.client(b)
		asks := func(method, most string) (int, string) {
			r := b.request(t.Context(), method, nil)
			r.Header.Set("Max-Forwards", most)
			r.Header.Set("Cookie", "secret")
			answer, err := client.RoundTrip(r)
			must(t, err)
			defer answer.Body.Close()
			text, err := io.ReadAll(answer.Body)
			must(t, err)
			return answer.StatusCode, string(text)
		}
		if status, _ := asks("OPTIONS", "0"); status != 204 {
			t.Errorf("OPTIONS that may go no further: %d", status)
		}
		if status, text := asks("TRACE", "0"); status != 200 || !strings.HasPrefix(text, "TRACE /x?a=1 "+v.name+"\r\n") || strings.Contains(text, "secret") {
			t.Errorf("TRACE that may go no further: %d, %q", status, text)
		}
		if status, _ := asks("OPTIONS", "x"); status != 400 {
			t.Errorf("no number: %d", status)
		}
		if len(b.heard) > 0 {
			t.Errorf("the origin is asked %q", <-b.heard)
		}
		for method, want := range map[string]string{"OPTIONS": "Max-Forwards: 2\r\n", "GET": "Max-Forwards: 3\r\n"} { // it is for the other two only
			asks(method, "3")
			if got := <-b.heard; !strings.Contains(got, want) {
				t.Errorf("%s: the origin gets %q", method, got)
			}
		}
	})
}
