package gateway

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"onthewire/lessons/05-http/proxy/upload"
)

// http.ReadResponse takes the end of a connection for the end of such a body, and what is chunked
// or has a length for broken.
func TestAnOriginThatDiesInTheMiddleOfItsAnswerIsSeenByTheClientUnlessOnlyTheEndTellsTheEnd(t *testing.T) {
	for _, c := range []struct {
		name, begun string
		broken      bool
	}{
		{"a length", "Content-Length: 10\r\n\r\nhalf", true},
		{"chunks", "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", true},
		{"neither, so the connection's end is the body's", "\r\nhalf", false},
	} {
		each(t, says("HTTP/1.1 200 OK\r\n"+c.begun), func(t *testing.T, b *bench, v version) {
			answer, err := v.client(b).RoundTrip(b.request(t.Context(), "GET", nil))
			if err == nil { // a stream of HTTP/3 may be reset before its head has been read
				defer answer.Body.Close()
				_, err = io.ReadAll(answer.Body)
			}
			if c.broken != (err != nil) {
				t.Errorf("%s: the client gets %v", c.name, err)
			}
			if d := <-b.done; d.Cut != c.broken || d.Bytes != 4 {
				t.Errorf("%s: the log says cut %v after %d bytes", c.name, d.Cut, d.Bytes)
			}
		})
	}
}

func TestAClientThatLeavesIsNoLongerAskedFor(t *testing.T) {
	origin := func(conn net.Conn, r *bufio.Reader, heard chan<- string) {
		head(r)
		_, err := r.ReadByte() // until the gateway closes
		heard <- fmt.Sprint(err)
	}
	each(t, origin, func(t *testing.T, b *bench, v version) {
		r := b.request(t.Context(), "GET", nil)
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		time.AfterFunc(time.Second, leave)
		if answer, err := v.client(b).RoundTrip(r.WithContext(ctx)); err == nil {
			t.Errorf("%s", answer.Status)
		}
		if got := <-b.heard; got != "EOF" {
			t.Errorf("the origin reads %v", got)
		}
		if d := <-b.done; d.Status != leftMeanwhile || d.Took > 2*time.Second {
			t.Errorf("the log says %d after %v", d.Status, d.Took)
		}
	})
}

func TestAnAnswerBeforeTheBodyIsHeardAndWhatComesOfTheBodyIsNoRequest(t *testing.T) {
	origin := func(conn net.Conn, r *bufio.Reader, heard chan<- string) {
		head(r)
		io.WriteString(conn, "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")
		io.Copy(io.Discard, r) // who closes at once may break the request before its answer is read
	}
	in(t, origin, func(t *testing.T, b *bench) {
		r, conn := b.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nsome")
		answer, text, err := answered(t, r)
		must(t, err)
		if answer.StatusCode != 403 || text != "no" || !answer.Close {
			t.Errorf("%s, %q, closes %v", answer.Status, text, answer.Close)
		}
		begun := time.Now()
		go io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		if rest, _ := io.ReadAll(r); len(rest) > 0 || time.Since(begun) > upload.Linger {
			t.Errorf("after %v it says %q", time.Since(begun), rest)
		}
		if d := <-b.done; len(b.done) > 0 || d.Status != 403 {
			t.Errorf("the log says %d, and has %d more", d.Status, len(b.done))
		}
	})
}

// Both say 100: the origin, so that we read, and the server in front as soon as we do.
func TestWhoWaitsForContinueHearsItOnce(t *testing.T) {
	origin := func(conn net.Conn, r *bufio.Reader, heard chan<- string) {
		head(r)
		io.WriteString(conn, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n")
		body := make([]byte, 5)
		io.ReadFull(r, body)
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"+string(body))
	}
	in(t, origin, func(t *testing.T, b *bench) {
		r, conn := b.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
		if got := head(r); !strings.HasPrefix(got, "HTTP/1.1 103 ") || !strings.Contains(got, "Link: </a>\r\n") {
			t.Errorf("first %q", got)
		}
		if got := head(r); got != "HTTP/1.1 100 Continue\r\n\r\n" {
			t.Errorf("then %q", got)
		}
		go io.WriteString(conn, "hello")
		if answer, text, err := answered(t, r); answer.StatusCode != 200 || text != "hello" || err != nil {
			t.Errorf("%s, %q, %v", answer.Status, text, err)
		}
	})
}

// Without Connection: close the transport sends the body all the same, to keep the connection.
func TestAnOriginThatDoesNotWantTheBodyAndClosesIsNotSentIt(t *testing.T) {
	in(t, says("HTTP/1.1 417 Expectation Failed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"), func(t *testing.T, b *bench) {
		r, _ := b.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
		if answer, _, _ := answered(t, r); answer.StatusCode != 417 {
			t.Error(answer.Status)
		}
	})
}

func TestAPieceIsPassedOnBeforeTheNextComes(t *testing.T) {
	origin := func(conn net.Conn, r *bufio.Reader, heard chan<- string) {
		head(r)
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
		for range 2 {
			time.Sleep(time.Second)
			io.WriteString(conn, "hello")
		}
	}
	each(t, origin, func(t *testing.T, b *bench, v version) {
		begun := time.Now()
		answer, err := v.client(b).RoundTrip(b.request(t.Context(), "GET", nil))
		must(t, err)
		defer answer.Body.Close()
		for second := range 2 {
			if after := time.Since(begun).Truncate(time.Second); after != time.Duration(second)*time.Second {
				t.Errorf("before piece %d %v have passed", second, after)
			}
			if _, err := io.ReadFull(answer.Body, make([]byte, 5)); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestTrailersComeThroughBothWays(t *testing.T) {
	origin := func(conn net.Conn, r *bufio.Reader, heard chan<- string) {
		request, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		body, _ := io.ReadAll(request.Body)
		heard <- string(body) + request.Trailer.Get("X-Sum")
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n")
	}
	each(t, origin, func(t *testing.T, b *bench, v version) {
		r := b.request(t.Context(), "POST", io.MultiReader(strings.NewReader("hello")))
		r.Trailer = http.Header{"X-Sum": {"3"}}
		answer, err := v.client(b).RoundTrip(r)
		must(t, err)
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if string(text) != "hello" || err != nil || answer.Trailer.Get("X-Sum") != "1" || answer.Trailer.Get("X-More") != "2" {
			t.Errorf("the client gets %q and %v, %v", text, answer.Trailer, err)
		}
		want := "hello3"
		if v.name == "HTTP/3.0" {
			want = "hello" // quic-go v0.65.0's server gives a handler none
		}
		if got := <-b.heard; got != want {
			t.Errorf("the origin gets %q", got)
		}
	})
}

func TestAnUpgradeGoesThroughWithWhatCameTooSoonAndEachDirectionMayEnd(t *testing.T) {
	origin := func(conn net.Conn, r *bufio.Reader, heard chan<- string) {
		if got := head(r); !strings.Contains(got, "Upgrade: chat\r\n") {
			return
		}
		io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\nhi ")
		line, _ := r.ReadString('\n')
		io.WriteString(conn, line)
	}
	in(t, origin, func(t *testing.T, b *bench) {
		r, _ := b.ask("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\nanna\n")
		if got := head(r); !strings.HasPrefix(got, "HTTP/1.1 101 ") {
			t.Fatalf("%q", got)
		}
		if text, err := io.ReadAll(r); string(text) != "hi anna\n" {
			t.Errorf("%q, %v", text, err)
		}
		if d := <-b.done; d.Status != 101 || d.Bytes < 8 {
			t.Errorf("the log says %d, %d bytes", d.Status, d.Bytes)
		}
	})
}

func TestAnUpgradedConnectionThatIsSilentIsGivenUp(t *testing.T) {
	origin := func(conn net.Conn, r *bufio.Reader, heard chan<- string) {
		head(r)
		io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n")
		r.ReadByte()
	}
	in(t, origin, func(t *testing.T, b *bench) {
		r, _ := b.ask("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n")
		head(r)
		begun := time.Now()
		if _, err := r.ReadByte(); err != io.EOF || time.Since(begun) != Upgraded {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
	})
}

func TestAnAnswerThatNobodyReadsIsGivenUp(t *testing.T) {
	origin := func(conn net.Conn, r *bufio.Reader, heard chan<- string) {
		head(r)
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
		for {
			if _, err := io.WriteString(conn, strings.Repeat("x", 1000)); err != nil {
				return
			}
		}
	}
	in(t, origin, func(t *testing.T, b *bench) {
		b.gateway.Proxy.FlushInterval = 0 // else two goroutines want one mutex, and virtual time waits for that
		r, _ := b.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		head(r) // and no more
		if d := <-b.done; d.Took != Silence || !d.Cut {
			t.Errorf("after %v, cut %v", d.Took, d.Cut)
		}
	})
}
