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
	"testing/synctest"
	"time"
)

// gets asks by a connection of its own, and returns the status and the body.
func (b *bench) gets() string {
	b.t.Helper()
	r, conn := b.ask("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	defer conn.Close()
	answer, text, err := answered(b.t, r)
	must(b.t, err)
	return fmt.Sprint(answer.StatusCode, " ", text)
}

func TestOriginsTakeTurnsAndOneThatCannotBeReachedIsLeftOutForATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := serving(t, behind{"a": named("a"), "b": named("b")}, "http://a", "http://down", "http://b")
		dialed := 0
		transport := b.gateway.origins.transport
		dial := transport.DialContext
		transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			if address == "down:80" {
				dialed++
			}
			return dial(ctx, network, address)
		}
		var seen []string
		for range 6 {
			seen = append(seen, b.gets())
		}
		if got := strings.Join(seen, " "); got != "200 a 200 b 200 a 200 b 200 a 200 b" || dialed != 1 {
			t.Errorf("%s, and the one that is down was dialed %d times", got, dialed)
		}
		time.Sleep(LeftOut)
		for range 3 {
			b.gets()
		}
		if dialed != 2 {
			t.Errorf("after %v it was dialed %d times", LeftOut, dialed)
		}
	})
}

func TestAnOriginThatComesBackIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		origins := behind{"a": named("a"), "b": named("b")}
		b := serving(t, origins, "http://a", "http://b")
		transport, down := b.gateway.origins.transport, true
		dial := transport.DialContext
		transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			if down && address == "a:80" {
				address = "nobody:80"
			}
			return dial(ctx, network, address)
		}
		b.gets()
		down = false
		if got := b.gets() + b.gets(); got != "200 b200 b" {
			t.Error(got)
		}
		time.Sleep(LeftOut)
		if got := b.gets() + b.gets(); !strings.Contains(got, "200 a") || !strings.Contains(got, "200 b") {
			t.Error(got)
		}
	})
}

// We may be wrong about them: an answer is worth more than a rule.
func TestIfAllAreLeftOutTheyAreTriedAllTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := serving(t, behind{"a": named("a")}, "http://a", "http://down")
		for _, at := range b.gateway.origins.all {
			b.gateway.origins.leaveOut(at)
		}
		if got := b.gets(); got != "200 a" {
			t.Error(got)
		}
	})
}

// A client that could put an origin out by asking for what is slow or broken could put out all.
func TestOnlyWhoCannotBeConnectedIsLeftOut(t *testing.T) {
	slow := func(conn net.Conn, r *bufio.Reader, heard chan<- string) { io.Copy(io.Discard, r) }
	for _, origin := range []answering{slow, says(""), says("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")} {
		in(t, origin, func(t *testing.T, b *bench) {
			b.gets()
			if at := b.gateway.origins.all[0]; !at.out.IsZero() {
				t.Error("it is left out")
			}
		})
	}
}

func TestWhatAnOriginMayHaveReadIsNotSentToAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := serving(t, behind{"a": says(""), "b": named("b")}, "http://a", "http://b")
		r, _ := b.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi")
		if answer, _, _ := answered(t, r); answer.StatusCode != 502 || len(b.heard) != 1 {
			t.Errorf("%s, and %d origins were asked", answer.Status, len(b.heard))
		}
	})
}

// Nothing has been sent where there is no connection.
func TestABodyGoesToTheNextIfTheFirstCannotBeReached(t *testing.T) {
	origin := func(conn net.Conn, r *bufio.Reader, heard chan<- string) {
		request, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		body, _ := io.ReadAll(request.Body)
		heard <- string(body)
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	}
	synctest.Test(t, func(t *testing.T) {
		b := serving(t, behind{"b": origin}, "http://down", "http://b")
		r, _ := b.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi")
		if answer, _, _ := answered(t, r); answer.StatusCode != 200 {
			t.Error(answer.Status)
		}
		if got := <-b.heard; got != "hi" {
			t.Errorf("%q", got)
		}
	})
}

// net/http's server takes any name in Trailer, and its client takes none that is no name.
func TestARequestThatCannotBeSentOnLeavesNobodyOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := serving(t, behind{"a": named("a"), "b": named("b")}, "http://a", "http://b")
		r, _ := b.ask("POST / HTTP/1.1\r\nHost: x\r\nTrailer: bad name\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
		if answer, text, _ := answered(t, r); answer.StatusCode != 400 || text == "" {
			t.Errorf("%s, %q", answer.Status, text)
		}
		if got := b.gets() + b.gets(); got != "200 a200 b" && got != "200 b200 a" {
			t.Errorf("then %q", got)
		}
	})
}
