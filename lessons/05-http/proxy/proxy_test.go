package proxy

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"onthewire/lessons/05-http/proxy/destination"
	"onthewire/lessons/05-http/proxy/proxytest"
	"onthewire/lessons/internal/leak"
	"onthewire/lessons/internal/servertest"
)

var loopback = destination.Allow{Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}}

// to is a policy for one proxy.
func to(allow destination.Allow) *destination.Policy {
	return &destination.Policy{Allow: allow, Timeout: 5 * time.Second}
}

var must, listen, anOrigin, head, split, ask, answered = proxytest.Must, proxytest.Listen, proxytest.Origin, proxytest.Head, proxytest.Split, proxytest.Ask, proxytest.Answered

// serving starts a proxy, and says where.
func serving(t *testing.T, allow destination.Allow) string {
	t.Helper()
	leak.Check(t)
	return proxytest.Serving(t, New("us", to(allow)).Serve)
}

// says answers each connection with these bytes, in pieces of so many, and passes on the head
// of each request as it came.
func says(t *testing.T, answer string, size int) (address string, heads <-chan string) {
	t.Helper()
	heard := make(chan string, 10)
	address = anOrigin(t, func(conn *net.TCPConn, r *bufio.Reader) {
		heard <- head(r)
		split(conn, answer, size)
	})
	return address, heard
}

func TestWhatConcernsOneConnectionIsNotPassedOn(t *testing.T) {
	proxy := serving(t, loopback)
	for _, size := range []int{1, 3, 7, 1 << 20} {
		for _, connection := range []string{"X-Secret", "close, X-Secret", "keep-alive\r\nConnection: close,x-secret"} {
			origin, heads := says(t, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Secret: a\r\nX-Open: b\r\nKeep-Alive: timeout=5\r\n"+
				"Proxy-Authenticate: Basic\r\nUpgrade: h2c\r\nConnection: "+connection+"\r\n\r\nhi", size)
			r, _ := ask(t, proxy, "GET http://"+origin+"/a?b HTTP/1.1\r\nHost: elsewhere\r\nX-Secret: a\r\nX-Open: b\r\nKeep-Alive: 5\r\n"+
				"TE: trailers\r\nUpgrade: h2c\r\nProxy-Authorization: Basic eA==\r\nProxy-Connection: x\r\nConnection: "+connection+"\r\n\r\n", size)
			answer, text := answered(t, r)
			want := "GET /a?b HTTP/1.1\r\nHost: " + origin + "\r\nVia: 1.1 us\r\nX-Open: b\r\n\r\n"
			if got := <-heads; got != want {
				t.Errorf("in pieces of %d bytes, with Connection: %q, the origin gets\n%s\nwant\n%s", size, connection, got, want)
			}
			if text != "hi" || answer.Header.Get("X-Open") != "b" || answer.Header.Get("Via") != "1.1 us" {
				t.Errorf("the client gets %q and %v", text, answer.Header)
			}
			for _, name := range []string{"X-Secret", "Keep-Alive", "Proxy-Authenticate", "Upgrade"} {
				if answer.Header[name] != nil {
					t.Errorf("in pieces of %d bytes, with Connection: %q, the client gets %s", size, connection, name)
				}
			}
		}
	}
}

func TestARequestThatHasBeenHereIsRefused(t *testing.T) {
	proxy := serving(t, loopback)
	for _, via := range []string{"1.1 us", "1.0 fred, 1.1 US (a proxy)", "1.1 fred\r\nVia: HTTP/1.1 us"} {
		r, _ := ask(t, proxy, "GET http://127.0.0.1:1/ HTTP/1.1\r\nHost: x\r\nVia: "+via+"\r\n\r\n", 1<<20)
		if answer, text := answered(t, r); answer.StatusCode != 508 {
			t.Errorf("Via: %q is answered %s, %s", via, answer.Status, text)
		}
	}
	origin, heads := says(t, "HTTP/1.0 200 OK\r\n\r\n", 1<<20)
	r, _ := ask(t, proxy, "GET http://"+origin+"/ HTTP/1.0\r\nVia: 1.1 us2\r\n\r\n", 1<<20)
	if answer, _ := answered(t, r); answer.StatusCode != 200 || answer.Header.Get("Via") != "1.0 us" {
		t.Errorf("%s, Via: %s", answer.Status, answer.Header.Get("Via"))
	}
	if got := <-heads; !strings.Contains(got, "Via: 1.1 us2\r\nVia: 1.0 us\r\n") {
		t.Errorf("the origin gets %q", got)
	}
}

func TestMaxForwardsCountsDownToThisProxy(t *testing.T) {
	proxy := serving(t, loopback)
	origin, heads := says(t, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 1<<20)
	forwarded := func(method, target, most string) (*http.Response, string) {
		r, _ := ask(t, proxy, method+" "+target+" HTTP/1.1\r\nHost: x\r\nMax-Forwards: "+most+"\r\nCookie: secret\r\nX-Open: b\r\nConnection: close\r\n\r\n", 1<<20)
		return answered(t, r)
	}
	if answer, _ := forwarded("OPTIONS", "http://"+origin, "0"); answer.StatusCode != 204 || answer.Header.Get("Allow") == "" {
		t.Errorf("OPTIONS that may go no further: %s %v", answer.Status, answer.Header)
	}
	answer, text := forwarded("TRACE", "http://"+origin+"/a", "0")
	if !strings.Contains(text, "TRACE http://"+origin+"/a HTTP/1.1\r\n") || !strings.Contains(text, "X-Open: b") ||
		strings.Contains(text, "secret") || answer.Header.Get("Content-Type") != "message/http" {
		t.Errorf("TRACE that may go no further: %s %v %q", answer.Status, answer.Header, text)
	}
	if answer, _ := forwarded("TRACE", "http://"+origin, "-1"); answer.StatusCode != 400 {
		t.Errorf("a number below none: %s", answer.Status)
	}
	for _, c := range []struct{ method, target, most, line, want string }{
		{"OPTIONS", "http://" + origin, "3", "OPTIONS * HTTP/1.1", "Max-Forwards: 2\r\n"},
		{"OPTIONS", "http://" + origin + "/", "1", "OPTIONS / HTTP/1.1", "Max-Forwards: 0\r\n"},
		{"TRACE", "http://" + origin + "/", "1", "TRACE / HTTP/1.1", "Max-Forwards: 0\r\n"},
		{"GET", "http://" + origin, "0", "GET / HTTP/1.1", "Max-Forwards: 0\r\n"},
	} {
		forwarded(c.method, c.target, c.most)
		if got := <-heads; !strings.HasPrefix(got, c.line+"\r\n") || !strings.Contains(got, c.want) {
			t.Errorf("%s %s, Max-Forwards: %s: the origin gets %q", c.method, c.target, c.most, got)
		}
	}
}

func TestWhatItDoesNotDoIsSaid(t *testing.T) {
	proxy := serving(t, loopback)
	for request, want := range map[string]int{
		"GET / HTTP/1.1":                       400,
		"GET https://127.0.0.1/ HTTP/1.1":      501,
		"GET ftp://127.0.0.1/ HTTP/1.1":        501,
		"GET http://a:b@127.0.0.1:1/ HTTP/1.1": 400,
		"GET http://127.0.0.1:1/ HTTP/1.1":     502,
		"GET http://no-such.invalid/ HTTP/1.1": 502,
	} {
		r, _ := ask(t, proxy, request+"\r\nHost: x\r\nConnection: close\r\n\r\n", 1<<20)
		if answer, text := answered(t, r); answer.StatusCode != want || text == "" {
			t.Errorf("%s: %s, %q, want %d", request, answer.Status, text, want)
		}
	}
}

func TestItConnectsToNothingThatIsNotAllowed(t *testing.T) {
	asked := make(chan struct{}, 10)
	origin := anOrigin(t, func(*net.TCPConn, *bufio.Reader) { asked <- struct{}{} })
	_, port, _ := net.SplitHostPort(origin)
	closed := serving(t, destination.Allow{})
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]"} {
		r, _ := ask(t, closed, "GET http://"+host+":"+port+"/ HTTP/1.1\r\nHost: x\r\n\r\n", 1<<20)
		if answer, text := answered(t, r); answer.StatusCode != 403 {
			t.Errorf("%s, where this machine is not allowed: %s, %s", host, answer.Status, text)
		}
	}
	open := serving(t, loopback)
	for _, host := range []string{"0.0.0.0", "[::]", "[::ffff:0.0.0.0]", "10.0.0.1", "169.254.169.254", "[::ffff:169.254.169.254]", "[fe80::1%25lo]"} {
		r, _ := ask(t, open, "GET http://"+host+":"+port+"/ HTTP/1.1\r\nHost: x\r\n\r\n", 1<<20)
		if answer, text := answered(t, r); answer.StatusCode != 403 {
			t.Errorf("%s, where only loopback is allowed: %s, %s", host, answer.Status, text)
		}
	}
	select {
	case <-asked:
		t.Error("the origin was asked")
	default:
	}
	r, _ := ask(t, open, "GET http://[::ffff:127.0.0.1]:"+port+"/ HTTP/1.1\r\nHost: x\r\n\r\n", 1<<20)
	if answer, _ := answered(t, r); answer.StatusCode != 502 { // it says nothing
		t.Errorf("[::ffff:127.0.0.1]: %s", answer.Status)
	}
	<-asked
}

func TestARedirectIsForTheClient(t *testing.T) {
	origin, heads := says(t, "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 1<<20)
	r, _ := ask(t, serving(t, loopback), "GET http://"+origin+"/ HTTP/1.1\r\nHost: x\r\n\r\n", 1<<20)
	if answer, _ := answered(t, r); answer.StatusCode != 302 || answer.Header.Get("Location") != "http://127.0.0.1:1/" || answer.Header["Content-Type"] != nil {
		t.Errorf("%s, %v", answer.Status, answer.Header)
	}
	<-heads
}

func TestAnswersBeforeTheAnswerArePassedOn(t *testing.T) {
	asked := make(chan string, 1)
	origin := anOrigin(t, func(conn *net.TCPConn, r *bufio.Reader) {
		head(r)
		io.WriteString(conn, "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\nX-Secret: a\r\nConnection: X-Secret\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n")
		body := make([]byte, 5)
		io.ReadFull(r, body)
		asked <- string(body)
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close, X-Late\r\nX-Late: a\r\n\r\nhi")
	})
	r, conn := ask(t, serving(t, loopback), "POST http://"+origin+"/ HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n", 3)
	for _, want := range []string{"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n"} {
		if got := head(r); got != want {
			t.Fatalf("the client gets %q, want %q", got, want)
		}
	}
	split(conn, "hello", 1)
	answer, text := answered(t, r)
	if answer.StatusCode != 200 || text != "hi" || answer.Header["Link"] != nil || answer.Header["X-Late"] != nil {
		t.Errorf("%s, %v, %q", answer.Status, answer.Header, text)
	}
	if got := <-asked; got != "hello" {
		t.Errorf("the origin gets %q", got)
	}
}

func TestTrailersArePassedOnBothWaysButThoseThatAreNamed(t *testing.T) {
	sent := make(chan string, 1)
	origin := anOrigin(t, func(conn *net.TCPConn, r *bufio.Reader) {
		request, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		body, err := io.ReadAll(request.Body)
		sent <- fmt.Sprintf("%s %v %v", body, request.Trailer, err)
		split(conn, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum, X-Secret\r\nConnection: close, X-Secret\r\n\r\n"+
			"5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-Secret: 2\r\nX-More: 3\r\n\r\n", 3)
	})
	r, _ := ask(t, serving(t, loopback), "POST http://"+origin+"/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum, X-Secret\r\n"+
		"Connection: X-Secret\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-Secret: 2\r\n\r\n", 3)
	answer, text := answered(t, r)
	if text != "hello" || answer.Trailer.Get("X-Sum") != "1" || answer.Trailer.Get("X-More") != "3" || answer.Trailer.Get("X-Secret") != "" {
		t.Errorf("the client gets %q and %v", text, answer.Trailer)
	}
	if got := <-sent; !strings.HasPrefix(got, "hello map[") || !strings.Contains(got, "X-Sum:[1]") || strings.Contains(got, "2") {
		t.Errorf("the origin gets %s", got)
	}
}

func TestAPieceIsPassedOnBeforeTheNextComes(t *testing.T) {
	got := make(chan struct{})
	origin := anOrigin(t, func(conn *net.TCPConn, r *bufio.Reader) {
		head(r)
		for _, text := range []string{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", "hello", "world"} {
			io.WriteString(conn, text)
			<-got
		}
	})
	r, _ := ask(t, serving(t, loopback), "GET http://"+origin+"/ HTTP/1.1\r\nHost: x\r\n\r\n", 1<<20)
	head(r)
	got <- struct{}{}
	for _, want := range []string{"hello", "world"} {
		text := make([]byte, 5)
		if _, err := io.ReadFull(r, text); err != nil || string(text) != want {
			t.Errorf("%q, %v instead of %s", text, err, want)
		}
		got <- struct{}{}
	}
}

func TestAnAnswerThatIsCutIsSeenAsCut(t *testing.T) {
	proxy := serving(t, loopback)
	for _, begun := range []string{"Content-Length: 10\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"} {
		origin, heads := says(t, "HTTP/1.1 200 OK\r\n"+begun, 1<<20)
		r, _ := ask(t, proxy, "GET http://"+origin+"/ HTTP/1.1\r\nHost: x\r\n\r\n", 1<<20)
		answer, err := http.ReadResponse(r, nil)
		must(t, err)
		if text, err := io.ReadAll(answer.Body); string(text) != "half" || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("of %q the client gets %q, %v", begun, text, err)
		}
		<-heads
	}
}

// What has come of the answer may still wait to be sent when the mistake is found, and then nothing is.
func TestBadChunksOfAnOriginAreNoWholeAnswer(t *testing.T) {
	proxy := serving(t, loopback)
	for _, bad := range []string{"zz\r\n", "0x4\r\n", "5\r\nmore!!\r\n", "ffffffffffffffffff\r\n", "0\r\nno trailer\r\n\r\n"} {
		origin, heads := says(t, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"+bad, 1<<20)
		r, _ := ask(t, proxy, "GET http://"+origin+"/ HTTP/1.1\r\nHost: x\r\n\r\n", 1<<20)
		answer, err := http.ReadResponse(r, nil)
		if err == nil {
			_, err = io.ReadAll(answer.Body)
		}
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("of %q the client gets %v", bad, err)
		}
		<-heads
	}
}

func TestAnOriginThatAnswersBeforeItHasTheBodyIsHeard(t *testing.T) {
	origin, heads := says(t, "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", 1<<20)
	r, _ := ask(t, serving(t, loopback), "POST http://"+origin+"/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nsome", 1<<20)
	if answer, text := answered(t, r); answer.StatusCode != 403 || text != "no" {
		t.Errorf("%s, %q", answer.Status, text)
	}
	<-heads
}

func TestAHeadOfAnAnswerHasALimit(t *testing.T) {
	origin, heads := says(t, "HTTP/1.1 200 OK\r\nX: "+strings.Repeat("x", 2*maxHead)+"\r\n\r\n", 1<<20)
	r, _ := ask(t, serving(t, loopback), "GET http://"+origin+"/ HTTP/1.1\r\nHost: x\r\n\r\n", 1<<20)
	if answer, _ := answered(t, r); answer.StatusCode != 502 {
		t.Errorf("%s", answer.Status)
	}
	<-heads
}

func TestCurlGetsAPageThroughIt(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is not installed")
	}
	proxy := serving(t, loopback)
	origin, heads := says(t, "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello, wire\n", 1<<20)
	out, err := exec.CommandContext(t.Context(), curl, "-sS", "--max-time", "10", "--noproxy", "", "-x", "http://"+proxy, "http://"+origin+"/").CombinedOutput()
	if string(out) != "hello, wire\n" || err != nil {
		t.Errorf("%q, %v", out, err)
	}
	if got := <-heads; !strings.Contains(got, "Via: 1.1 us\r\n") || strings.Contains(got, "Proxy-Connection") {
		t.Errorf("the origin gets %q", got)
	}
}

func TestTheProxyStandsWhatClientsDo(t *testing.T) {
	page := bytes.Repeat([]byte("wire"), 1<<18)
	l := listen(t)
	origin := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write(page) })}
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
			run := func(ctx context.Context) error { return New("us", to(loopback)).Serve(ctx, on) }
			return on.Addr().String(), run, nil
		},
		Talk: talk,
	})
}

// The body that does not come is being read when the answer is through, and nobody waits for it
// any more. The origin keeps its connection open, so only the proxy can end this.
func TestWhoNeverSendsTheRestIsLeftBehindAnEarlyAnswer(t *testing.T) {
	answered := make(chan struct{})
	defer close(answered)
	origin := anOrigin(t, func(conn *net.TCPConn, r *bufio.Reader) {
		head(r)
		io.WriteString(conn, "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")
		<-answered
	})
	r, conn := ask(t, serving(t, loopback), "POST http://"+origin+"/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf", 1<<20)
	conn.SetReadDeadline(time.Now().Add(30 * time.Second))
	answer, err := http.ReadResponse(r, nil)
	must(t, err)
	if text, err := io.ReadAll(answer.Body); answer.StatusCode != 403 || string(text) != "no" || err != nil {
		t.Errorf("%s, %q, %v", answer.Status, text, err)
	}
	if _, err := r.ReadByte(); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("behind the answer: %v", err)
	}
}
