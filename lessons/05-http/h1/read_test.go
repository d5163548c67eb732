package h1

import (
	"bufio"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// pieces are how many bytes of a message come at a time.
var pieces = []int{1, 3, 7, 1 << 20}

// A trickle is a connection on which a message comes in pieces.
type trickle struct {
	text string
	size int
}

func (t *trickle) Read(p []byte) (int, error) {
	if t.text == "" {
		return 0, io.EOF
	}
	n := copy(p, t.text[:min(len(t.text), t.size)])
	t.text = t.text[n:]
	return n, nil
}

// read reads a request and its body, and what is behind it.
func read(message string, size int, limits Limits) (r *Request, body, rest string, err error) {
	in := bufio.NewReaderSize(&trickle{message, size}, lineSize)
	r, err = ReadRequest(in, limits)
	if err != nil {
		return nil, "", "", err
	}
	all, err := io.ReadAll(r.Body)
	if err != nil {
		return r, string(all), "", err
	}
	behind, err := io.ReadAll(in)
	return r, string(all), string(behind), err
}

const post = "POST / HTTP/1.1\r\nHost: a\r\n"

func TestWhatIsRefusedAndWithWhichStatus(t *testing.T) {
	get := func(field string) string { return "GET / HTTP/1.1\r\nHost: a\r\n" + field + "\r\n\r\n" }
	target := func(t string) string { return "GET " + t + " HTTP/1.1\r\nHost: a\r\n\r\n" }
	chunked := func(body string) string { return post + "Transfer-Encoding: chunked\r\n\r\n" + body }
	long := strings.Repeat("x", lineSize)
	for _, c := range []struct {
		what    string
		message string
		status  int
	}{
		// Two ways to tell where a body ends.
		{"two lengths", post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", 400},
		{"two equal lengths", post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400},
		{"a list of equal lengths", post + "Content-Length: 5, 5\r\n\r\nhello", 400},
		{"length and chunked", post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
		{"chunked and length", post + "Transfer-Encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n", 400},
		{"a length with a sign", post + "Content-Length: +5\r\n\r\nhello", 400},
		{"a negative length", post + "Content-Length: -5\r\n\r\nhello", 400},
		{"a length in hexadecimal", post + "Content-Length: 0x5\r\n\r\nhello", 400},
		{"a length with an underscore", post + "Content-Length: 1_0\r\n\r\nhellohello", 400},
		{"an empty length", post + "Content-Length: \r\n\r\n", 400},
		{"a length that overflows", post + "Content-Length: 18446744073709551621\r\n\r\nhello", 413},
		{"a length above the limit", post + "Content-Length: 10485761\r\n\r\n", 413},

		{"another coding", post + "Transfer-Encoding: gzip\r\n\r\n", 501},
		{"another coding and chunked", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
		{"chunked, which is not last", post + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 400},
		{"chunked, and another line", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", 400},
		{"chunked twice", post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400},
		{"chunked twice, in two lines", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
		{"an empty coding", post + "Transfer-Encoding: \r\n\r\n0\r\n\r\n", 501},
		{"chunked with a kelvin sign", post + "Transfer-Encoding: chun\u212aed\r\n\r\n0\r\n\r\n", 501},
		{"chunked with a vertical tab", post + "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n", 400},
		{"chunked in quotes", post + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", 501},
		{"chunked in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},

		// The ends of lines.
		{"bare LF behind the first line", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400},
		{"bare LF behind a field", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", 400},
		{"bare LF for the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400},
		{"bare CR in the first line", "GET /\rx HTTP/1.1\r\nHost: a\r\n\r\n", 400},
		{"bare CR in a field", get("X: y\rContent-Length: 5"), 400},
		{"two CR before the LF", get("X: y\r"), 400},

		// The first line.
		{"an empty line first", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
		{"no version", "GET /\r\n\r\n", 400},
		{"two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
		{"a space in the target", target("/a b"), 400},
		{"a tab for a space", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
		{"a space at the end", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
		{"no method", " / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
		{"a method in parentheses", "(GET) / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
		{"HTTP/2.0", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
		{"HTTP/0.9", "GET / HTTP/0.9\r\n\r\n", 505},
		{"HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
		{"a version in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
		{"a version of two digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400},
		{"a long target", target("/" + long), 414},

		// Whom it is for.
		{"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
		{"two Hosts", get("Host: b"), 400},
		{"two equal Hosts", get("host: a"), 400},
		{"two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400},
		{"a Host that is none", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
		{"a Host with a user", "GET / HTTP/1.1\r\nHost: me@a\r\n\r\n", 400},
		{"a list of Hosts", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400},
		{"a Host with two ports", "GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n", 400},
		{"a port that is none", "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", 400},
		{"a bracket that stays open", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400},
		{"a path without its slash", target("x"), 400},
		{"an authority, but no CONNECT", target("a:80"), 400},
		{"an asterisk, but no OPTIONS", target("*"), 400},
		{"another scheme", target("ftp://a/"), 400},
		{"a URL without a host", target("http:///x"), 400},
		{"a URL with a password", target("http://me:secret@a/"), 400},
		{"CONNECT and a path", "CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
		{"CONNECT without a port", "CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
		{"CONNECT with an empty port", "CONNECT a: HTTP/1.1\r\nHost: a\r\n\r\n", 400},
		{"CONNECT without a host", "CONNECT :443 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
		{"NUL in the target", target("/\x00"), 400},
		{"a byte above ASCII in the target", target("/caf\xe9"), 400},
		{"a fragment", target("/#x"), 400},
		{"% without digits", target("/%zz"), 400},
		{"% at the end", target("/%a"), 400},

		// Fields.
		{"a space before the colon", get("Content-Length : 5"), 400},
		{"a tab before the colon", get("X\t: 5"), 400},
		{"obs-fold", get("X: y\r\n z"), 400},
		{"obs-fold by a tab", get("X: y\r\n\tz"), 400},
		{"a space before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
		{"no colon", get("X"), 400},
		{"no name", get(": y"), 400},
		{"NUL in a name", get("X\x00: y"), 400},
		{"NUL in a value", get("X: \x00"), 400},
		{"a control byte in a value", get("X: \x1b[31m"), 400},
		{"DEL in a value", get("X: \x7f"), 400},
		{"a byte above ASCII in a name", get("X\xe9: y"), 400},
		{"a long field", get("X: " + long), 431},
		{"many fields", get(strings.Repeat("X: y\r\n", 100) + "X: y"), 431},
		{"large fields", get(strings.Repeat("X: "+long[:8000]+"\r\n", 4) + "X: " + long[:8000]), 431},

		// Chunks.
		{"a size with a sign", chunked("+5\r\nhello\r\n0\r\n\r\n"), 400},
		{"a negative size", chunked("-5\r\nhello\r\n0\r\n\r\n"), 400},
		{"a size with 0x", chunked("0x5\r\nhello\r\n0\r\n\r\n"), 400},
		{"a size with an underscore", chunked("1_0\r\nhello\r\n0\r\n\r\n"), 400},
		{"a size with a space before it", chunked(" 5\r\nhello\r\n0\r\n\r\n"), 400},
		{"a size with a space behind it", chunked("5 \r\nhello\r\n0\r\n\r\n"), 400},
		{"a space before the extension", chunked("5 ;x\r\nhello\r\n0\r\n\r\n"), 400},
		{"no size", chunked("\r\nhello\r\n0\r\n\r\n"), 400},
		{"an extension alone", chunked(";x\r\nhello\r\n0\r\n\r\n"), 400},
		{"a size of 17 digits", chunked("00000000000000005\r\nhello\r\n0\r\n\r\n"), 400},
		{"a size that overflows", chunked("FFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n"), 413},
		{"a size that wraps to 5", chunked("10000000000000005\r\nhello\r\n0\r\n\r\n"), 400},
		{"a size above the limit", chunked("A00001\r\nhello"), 413},
		{"chunks above the limit", chunked("5\r\nhello\r\n9FFFFC\r\nhello"), 413},
		{"a size with bare LF", chunked("5\nhello\r\n0\r\n\r\n"), 400},
		{"a chunk with bare LF", chunked("5\r\nhello\n0\r\n\r\n"), 400},
		{"a chunk with bare CR", chunked("5\r\nhello\r0\r\n\r\n"), 400},
		{"a chunk longer than its size", chunked("4\r\nhello\r\n0\r\n\r\n"), 400},
		{"a chunk shorter than its size", chunked("6\r\nhello\r\n0\r\n\r\n"), 400},
		{"LF in an extension", chunked("5;x\nhello\r\n0\r\n\r\n"), 400},
		{"NUL in an extension", chunked("5;\x00\r\nhello\r\n0\r\n\r\n"), 400},
		{"large extensions", chunked(strings.Repeat("1;"+long[:100]+"\r\nx\r\n", 20) + "0\r\n\r\n"), 400},
		{"a long extension", chunked("5;" + long + "\r\nhello\r\n0\r\n\r\n"), 400},

		// Trailers.
		{"a length that comes too late", chunked("0\r\nContent-Length: 5\r\n\r\n"), 400},
		{"a host that comes too late", chunked("0\r\nHost: b\r\n\r\n"), 400},
		{"a length announced for later", post + "Trailer: X, content-length\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
		{"a space before a trailer's colon", chunked("0\r\nX : y\r\n\r\n"), 400},
		{"obs-fold in a trailer", chunked("0\r\nX: y\r\n z\r\n\r\n"), 400},
		{"bare LF behind the last chunk", chunked("0\r\n\n"), 400},
		{"a trailer with bare LF", chunked("0\r\nX: y\n\r\n"), 400},
		{"endless trailers", chunked("0\r\n" + strings.Repeat("X: y\r\n", 1000)), 431},
		{"a long trailer", chunked("0\r\nX: " + long + "\r\n\r\n"), 431},
	} {
		for _, size := range pieces {
			r, body, _, err := read(c.message, size, Limits{})
			refusal, ok := errors.AsType[*Refusal](err)
			if !ok || refusal.Status != c.status || refusal.Why == "" {
				t.Errorf("%s, %d bytes at a time: %+v, body %q, %v; want %d", c.what, size, r, body, err, c.status)
			}
		}
	}
}

func TestWhatIsAcceptedEndsWhereItEnds(t *testing.T) {
	const next = "GET /next HTTP/1.1\r\n"
	for _, c := range []struct {
		message    string
		host, body string
		trailers   []Field
		close      bool
	}{
		{message: "GET / HTTP/1.1\r\nHost: a\r\n\r\n", host: "a"},
		{message: "GET / HTTP/1.1\r\nHost:\r\n\r\n"},
		{message: "GET / HTTP/1.1\r\nHOST:\t[::1]:80 \r\n\r\n", host: "[::1]:80"},
		{message: "GET http://b:1/x HTTP/1.1\r\nHost: a\r\n\r\n", host: "b:1"},
		{message: "GET HTTPS://b?x HTTP/1.1\r\nHost: a\r\n\r\n", host: "b"},
		{message: "CONNECT b:443 HTTP/1.1\r\nHost: a\r\n\r\n", host: "b:443"},
		{message: "OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n", host: "a", close: true},
		{message: "GET / HTTP/1.0\r\n\r\n", close: true},
		{message: "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"},
		{message: post + "Content-Length: 5\r\n\r\nhello", host: "a", body: "hello"},
		{message: "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 05\r\n\r\nhello", host: "a", body: "hello"},
		{message: post + "Content-Length: 0\r\n\r\n", host: "a"},
		{message: post + "Transfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", host: "a", body: "hello"},
		{message: post + "Transfer-Encoding: chunked\r\n\r\n5;x=\"y;z\"\r\nhello\r\n0000A;x\r\n0123456789\r\n00;x\r\nX: 1\r\nx: 2\r\n\r\n",
			host: "a", body: "hello0123456789", trailers: []Field{{"X", "1"}, {"x", "2"}}},
		{message: post + "Transfer-Encoding: chunked\r\nTrailer: Sum\r\n\r\n0\r\n\r\n", host: "a"},
	} {
		for _, size := range pieces {
			r, body, rest, err := read(c.message+next, size, Limits{})
			if err != nil {
				t.Errorf("%q, %d bytes at a time: %v", c.message, size, err)
				continue
			}
			if r.Host != c.host || body != c.body || !slices.Equal(r.Trailers, c.trailers) || r.Close != c.close {
				t.Errorf("%q, %d bytes at a time: host %q, body %q, trailers %v, close %v", c.message, size, r.Host, body, r.Trailers, r.Close)
			}
			if rest != next {
				t.Errorf("%q, %d bytes at a time: behind it comes %q", c.message, size, rest)
			}
		}
	}
}

func TestARequestThatBreaksOffIsNotTakenForAWholeOne(t *testing.T) {
	for _, message := range []string{
		post + "Content-Length: 5\r\n\r\nhello",
		post + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n",
	} {
		for n := 1; n < len(message); n++ {
			for _, size := range pieces {
				if r, _, _, err := read(message[:n], size, Limits{}); err != io.ErrUnexpectedEOF {
					t.Errorf("%q, %d bytes at a time: %+v, %v", message[:n], size, r, err)
				}
			}
		}
	}
	if _, err := ReadRequest(bufio.NewReader(strings.NewReader("")), Limits{}); err != io.EOF {
		t.Errorf("of nothing: %v", err)
	}
}

func TestTheErrorOfABodyStays(t *testing.T) {
	r, err := ReadRequest(bufio.NewReader(strings.NewReader(post+"Transfer-Encoding: chunked\r\n\r\n4\r\nhello\r\n0\r\n\r\n")), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	_, first := io.ReadAll(r.Body)
	_, second := r.Body.Read(make([]byte, 1))
	if first == nil || second != first {
		t.Errorf("first %v, then %v", first, second)
	}
}
