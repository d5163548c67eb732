package h1

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// One way only: package net/http takes more than we do, but what we take, it has to take and
// to understand alike, down to the bytes that are left for the next request.
func FuzzWhatIsAcceptedNetHTTPUnderstandsAlike(f *testing.F) {
	f.Fuzz(alike)
}

// A fuzzer that changes a whole message mostly gets it refused by its first line. So this one
// changes a part of a good one.
func FuzzWhatIsAcceptedInPartNetHTTPUnderstandsAlike(f *testing.F) {
	f.Add("POST", "/", "a", "X", " 1", "5;x", "5", "Sum: 1\r\n")
	f.Add("CONNECT", "b:443", "[::1]:1", "Trailer", "A, b", "0", "00", "")
	f.Add("OPTIONS", "http://b?x", "a:", "connection", " close, x", "0a", "3", "")
	f.Fuzz(func(t *testing.T, method, target, host, name, value, chunk, length, trailers string) {
		head := method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n" + name + ":" + value + "\r\n"
		alike(t, []byte(head+"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"+chunk+"\r\n0123456789\r\n0\r\n"+trailers+"\r\nrest"))
		alike(t, []byte(head+"Content-Length: "+length+"\r\n\r\n01234567890"))
		alike(t, []byte(head+"\r\nrest"))
	})
}

func alike(t *testing.T, message []byte) {
	in := bufio.NewReaderSize(bytes.NewReader(message), lineSize)
	ours, err := ReadRequest(in, Limits{})
	if err != nil {
		return
	}
	body, err := io.ReadAll(ours.Body)
	if err != nil {
		return
	}
	rest, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}

	in = bufio.NewReaderSize(bytes.NewReader(message), 1<<20) // trailers have to fit in there
	theirs, err := http.ReadRequest(in)
	if err != nil {
		t.Fatalf("net/http refuses it: %v", err)
	}
	theirBody, err := io.ReadAll(theirs.Body)
	if err != nil {
		t.Fatalf("net/http refuses the body: %v", err)
	}
	theirRest, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	for what, pair := range map[string][2]string{
		"method":   {ours.Method, theirs.Method},
		"target":   {ours.Target, theirs.RequestURI},
		"version":  {ours.Proto, theirs.Proto},
		"host":     {ours.Host, theirs.Host},
		"fields":   {headerOf(ours.Fields), written(theirs.Header)},
		"body":     {string(body), string(theirBody)},
		"trailers": {headerOf(ours.Trailers), written(theirs.Trailer)},
		"rest":     {string(rest), string(theirRest)},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: we understand %q, net/http %q", what, pair[0], pair[1])
		}
	}
	if ours.Length != theirs.ContentLength || ours.Close != theirs.Close {
		t.Errorf("length %d and %d, close %v and %v", ours.Length, theirs.ContentLength, ours.Close, theirs.Close)
	}
}

// headerOf is fields as net/http has them once it has taken away what it keeps elsewhere.
func headerOf(fields []Field) string {
	h := http.Header{}
	for _, f := range fields {
		h.Add(f.Name, f.Value)
	}
	h.Del("Host")
	h.Del("Transfer-Encoding")
	if h.Get("Pragma") == "no-cache" && len(h["Cache-Control"]) == 0 {
		h["Cache-Control"] = []string{"no-cache"} // net/http adds it for old clients
	}
	return written(h)
}

// written leaves out Trailer, which net/http takes away only if it announces something.
func written(h http.Header) string {
	var lines []string
	for name, values := range h {
		if name != "Trailer" && len(values) > 0 {
			lines = append(lines, name+": "+strings.Join(values, " | "))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
