package gateway

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"onthewire/lessons/05-http/everywhere"
)

const fine = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nAlt-Svc: h3=\":1\"\r\nConnection: X-Hop\r\nX-Hop: 1\r\n\r\n"

func TestAnOriginLearnsWhoAsksFromTheGatewayAlone(t *testing.T) {
	in(t, says(fine), func(t *testing.T, b *bench) {
		r, _ := b.ask("GET /x?a=1 HTTP/1.1\r\nHost: shop\r\nX-Forwarded-For: 10.0.0.1\r\nForwarded: for=10.0.0.1\r\n" +
			"X-Forwarded-Proto: https\r\nConnection: X-Secret, close\r\nX-Secret: 1\r\nProxy-Connection: x\r\nTE: gzip\r\nX-Real-Ip: 10.0.0.1\r\n\r\n")
		answer, _, err := answered(t, r)
		must(t, err)
		got := <-b.heard
		for _, want := range []string{"GET /x?a=1 HTTP/1.1\r\n", "Host: a\r\n", "X-Forwarded-Host: shop\r\n", "X-Forwarded-Proto: http\r\n",
			"Via: 1.1 us\r\n", "X-Real-Ip: 10.0.0.1\r\n"} { // the last is the client's own word, which nothing takes away
			if !strings.Contains(got, want) {
				t.Errorf("the origin does not get %q", want)
			}
		}
		for _, no := range []string{"X-Secret", "Proxy-Connection", "TE:", "Te:", "\nForwarded", "X-Forwarded-For: 10", "Connection", "Accept-Encoding", "User-Agent"} {
			if strings.Contains(got, no) {
				t.Errorf("the origin gets %q in %q", no, got)
			}
		}
		if answer.Header.Get("Via") != "1.1 us" || answer.Header.Get("Alt-Svc") != "" || answer.Header.Get("X-Hop") != "" || answer.Header.Get("Content-Type") != "" {
			t.Errorf("the client gets %v", answer.Header)
		}
	})
}

func TestTheAddressOfTheClientIsToldByEveryProtocol(t *testing.T) {
	each(t, says(fine), func(t *testing.T, b *bench, v version) {
		answer, err := v.client(b).RoundTrip(b.request(t.Context(), "GET", nil))
		must(t, err)
		answer.Body.Close()
		got := <-b.heard
		if !strings.Contains(got, "X-Forwarded-For: 10.0.0.") || !strings.Contains(got, "X-Forwarded-Proto: https\r\n") || !strings.Contains(got, "Via: "+strings.TrimPrefix(v.name, "HTTP/")+" us\r\n") {
			t.Errorf("the origin gets %q", got)
		}
	})
}

func TestWhatGoesToNoOriginIsAnsweredWithALine(t *testing.T) {
	long := strings.Repeat("x", 30_000)
	for request, want := range map[string]int{
		"GET / HTTP/1.1\r\nHost: x\r\nVia: 1.1 them, 1.0 US (again)\r\n\r\n":             508,
		"CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n":                                  501,
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n":                 413,
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" + long: 413,
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nno\r\n":         400,
		"GET / HTTP/1.1\r\nHost: x\r\nX: " + long + "\r\n\r\n":                           431,
		"GET / HTTP/1.1\r\nHost: x\r\nX: a\rEvil: 1\r\n\r\n":                             400,
		"GET / HTTP/1.1\r\nHost: x\r\nX: a\x00\r\n\r\n":                                  400,
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx":  400,
		"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n":                                   400,
		"GET /\r\nX: 1 HTTP/1.1\r\nHost: x\r\n\r\n":                                      400,
	} {
		in(t, func(conn net.Conn, r *bufio.Reader, heard chan<- string) { io.Copy(io.Discard, r) }, func(t *testing.T, b *bench) {
			b.gateway.MaxBody = 100
			r, _ := b.ask(request)
			answer, text, _ := answered(t, r)
			if answer.StatusCode != want || text == "" {
				t.Errorf("%.80q: %s, %q, want %d", request, answer.Status, text, want)
			}
		})
	}
}

func TestABodyThatIsTooLongReachesNoOriginAsAWholeOne(t *testing.T) {
	origin := func(conn net.Conn, r *bufio.Reader, heard chan<- string) {
		request, err := http.ReadRequest(r)
		if err == nil {
			_, err = io.ReadAll(request.Body)
		}
		if err != nil {
			heard <- err.Error()
		}
	}
	each(t, origin, func(t *testing.T, b *bench, v version) {
		b.gateway.MaxBody = 100
		answer, err := v.client(b).RoundTrip(b.request(t.Context(), "POST", io.MultiReader(strings.NewReader(strings.Repeat("x", 1000)))))
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode != 413 {
				t.Error(answer.Status)
			}
		}
		if d := <-b.done; d.Status != 413 {
			t.Errorf("the log says %d", d.Status)
		}
		if got := <-b.heard; got != "unexpected EOF" {
			t.Errorf("the origin reads %s", got)
		}
	})
}

func TestWhoeverIsSilentIsGivenUp(t *testing.T) {
	silent := func(conn net.Conn, r *bufio.Reader, heard chan<- string) { io.Copy(io.Discard, r) }
	half := func(conn net.Conn, r *bufio.Reader, heard chan<- string) {
		head(r)
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
		r.ReadByte()
	}
	const get, post = "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf"
	for _, c := range []struct {
		name, request string
		origin        answering
		status        int
		after         time.Duration
	}{
		{"an origin that never answers", get, silent, 504, Thinking},
		{"an origin in the middle of its answer", get, half, 200, Silence},
		{"a client in the middle of its body", post, silent, 408, Silence},
	} {
		in(t, c.origin, func(t *testing.T, b *bench) {
			r, _ := b.ask(c.request)
			answer, _, err := answered(t, r)
			d := <-b.done
			if answer.StatusCode != c.status || d.Took != c.after || (c.status == 200) != (err != nil) {
				t.Errorf("%s: %s after %v, %v", c.name, answer.Status, d.Took, err)
			}
		})
	}
}

func TestAnOriginThatTakesNoConnectionIsGivenUp(t *testing.T) {
	in(t, says(""), func(t *testing.T, b *bench) {
		b.gateway.origins.transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			ctx, cancel := context.WithTimeout(ctx, Connecting)
			defer cancel()
			<-ctx.Done()
			return nil, ctx.Err()
		}
		r, _ := b.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		answer, text, _ := answered(t, r)
		if d := <-b.done; answer.StatusCode != 504 || text == "" || d.Took != Connecting {
			t.Errorf("%s, %q after %v", answer.Status, text, d.Took)
		}
	})
}

func TestItSaysThatItIsNotReadyBeforeItStops(t *testing.T) {
	in(t, says(fine), func(t *testing.T, b *bench) {
		stopping, stop := context.WithCancel(t.Context())
		b.gateway.ReadyPath, b.gateway.Stopping = "/", stopping
		if got := b.gets(); got != "200 ready\n" {
			t.Error(got)
		}
		stop()
		if got := b.gets(); got != "503 stopping\n" {
			t.Error(got)
		}
	})
}

func TestWhenItStopsAnAnswerUnderWayArrivesAndWhoHasUpgradedIsCutOffAtTheEnd(t *testing.T) {
	slow := func(conn net.Conn, r *bufio.Reader, heard chan<- string) {
		if strings.Contains(head(r), "Upgrade") {
			io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n")
			io.Copy(io.Discard, r)
			return
		}
		time.Sleep(2 * time.Second)
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
	}
	in(t, slow, func(t *testing.T, b *bench) {
		chat, _ := b.ask("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n")
		head(chat)
		r, _ := b.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		synctest.Wait()
		begun := time.Now()
		b.stop()
		if answer, text, err := answered(t, r); text != "ok" || err != nil {
			t.Errorf("%s, %q, %v", answer.Status, text, err)
		}
		if _, err := chat.ReadByte(); err != io.EOF || time.Since(begun) < everywhere.Drain {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
		err := <-b.ended
		b.ended <- nil
		if cut, ok := err.(*everywhere.Cut); !ok || cut.Requests != 1 {
			t.Errorf("it stops with %v", err)
		}
	})
}
