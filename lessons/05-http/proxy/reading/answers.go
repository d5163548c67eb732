package reading

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"onthewire/lessons/05-http/h1"
)

func ok(fields, body string) string { return "HTTP/1.1 200 OK\r\n" + fields + "\r\n" + body }

// evil is an answer for whoever takes it for one.
const evil = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"

// Answers are what an origin may say to a GET, before it closes.
var Answers = []Odd{
	{"a length", ok(length, "hello")},
	{"chunks", ok(chunked, hello)},
	{"neither", ok("", "hello")},
	{"two equal lengths", ok(length+length, "hello")},
	{"two lengths", ok("Content-Length: 0\r\n"+length, evil)},
	{"two lengths in one field", ok("Content-Length: {n}, {n}\r\n", "hello")},
	{"a length, and chunks", ok(length+chunked, nothing+evil)},
	{"an unknown coding", ok("Transfer-Encoding: gzip, chunked\r\n", hello)},
	{"chunks by HTTP/1.0", strings.Replace(ok(chunked, hello), "HTTP/1.1", "HTTP/1.0", 1)},
	{"a length with a sign", ok("Content-Length: +{n}\r\n", "hello")},
	{"LF for CR LF", strings.ReplaceAll(ok(length, "hello"), "\r\n", "\n")},
	{"a field in two lines", ok("X: 1\r\n "+length, "hello")},
	{"a space before the colon", ok("Content-Length : {n}\r\n", "hello")},
	{"NUL in a value", ok("X: 1\x002\r\n"+length, "hello")},
	{"a chunk's size with 0x", ok(chunked, strings.Replace(hello, "5\r", "0x5\r", 1))},
	{"a space behind a chunk's size", ok(chunked, strings.Replace(hello, "5\r", "5 \r", 1))},
	{"an extension of a chunk", ok(chunked, strings.Replace(hello, "5\r", "5;a=b\r", 1))},
	{"less than its length", strings.Replace(ok(length, "hello"), "{n}", "9", 1)},
	{"chunks without a last one", ok(chunked, "5\r\nhello\r\n")},
	{"a second answer behind it", ok("Content-Length: 5\r\n", "hello"+evil)},
	{"204 with a body", strings.Replace(ok(length, evil), "200 OK", "204 No Content", 1)},
	{"304 with a length", strings.Replace(ok("Content-Length: 5\r\n", ""), "200 OK", "304 Not Modified", 1)},
	{"101, for which nobody asked", "HTTP/1.1 101 Switching Protocols\r\n\r\n" + evil},
	{"a status of four digits", strings.Replace(ok(length, "hello"), "200", "2000", 1)},
}

// Answer lets an origin say this to a client behind a proxy.
func Answer(ctx context.Context, proxy string, odd Odd) (Outcome, error) {
	origin, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return Outcome{}, err
	}
	ctx, stop := context.WithCancel(ctx)
	var serving sync.WaitGroup
	defer serving.Wait()
	defer stop()
	context.AfterFunc(ctx, func() { origin.Close() })
	serving.Go(func() {
		for {
			conn, err := origin.Accept()
			if err != nil {
				return
			}
			conn.SetDeadline(time.Now().Add(timeout))
			if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				io.WriteString(conn, odd.bytes(""))
			}
			conn.Close()
		}
	})
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return Outcome{}, err
	}
	serving.Go(func() { serve(ctx, proxy, l, origin.Addr().String()) })
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
	if err != nil {
		return Outcome{}, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	conn.SetDeadline(time.Now().Add(2 * timeout))
	fmt.Fprintf(conn, "GET http://%s/ HTTP/1.1\r\nHost: %[1]s\r\nConnection: close\r\n\r\n", origin.Addr())
	raw, err := io.ReadAll(conn)
	if ctx.Err() != nil {
		return Outcome{}, ctx.Err()
	}
	o := Outcome{Left: strictly(raw, err)}
	o.Readings = []string{o.Left}
	if other := standard(raw, err); other != o.Left {
		o.Readings = append(o.Readings, other)
	}
	return o, nil
}

// cut is an answer of which the client knows that it is not whole, whether some came or none.
const cut = "cut"

// strictly reads the bytes that a client got, as h1 would.
func strictly(raw []byte, broken error) string {
	if len(raw) == 0 {
		return cut
	}
	in := bufio.NewReader(bytes.NewReader(raw))
	line, fields, err := h1.ReadHead(in, h1.Limits{})
	if err != nil {
		return "unreadable: " + err.Error()
	}
	status := strings.Fields(line)[1]
	var body io.Reader = in
	said := 0
	for _, field := range fields {
		n := int64(0)
		switch {
		case strings.EqualFold(field.Name, "Transfer-Encoding"):
			body = h1.Chunks(in, h1.Limits{}, new([]h1.Field))
		case strings.EqualFold(field.Name, "Content-Length"):
			fmt.Sscan(field.Value, &n)
			body = &exactly{in, n}
		default:
			continue
		}
		if said++; said > 1 {
			return "unreadable: it says in two ways where it ends"
		}
	}
	if said == 0 && (status == "204" || status == "304") {
		body = strings.NewReader("")
	}
	text, err := io.ReadAll(body)
	return read(status, len(text), err, in, broken)
}

// standard reads them as net/http's client would.
func standard(raw []byte, broken error) string {
	if len(raw) == 0 {
		return cut
	}
	in := bufio.NewReader(bytes.NewReader(raw))
	answer, err := http.ReadResponse(in, nil)
	if err != nil {
		return "unreadable: " + err.Error()
	}
	text, err := io.ReadAll(answer.Body)
	return read(fmt.Sprint(answer.StatusCode), len(text), err, in, broken)
}

func read(status string, length int, err error, behind *bufio.Reader, broken error) string {
	if status != "200" && status != "204" && status != "304" {
		return status
	}
	switch {
	case err != nil || broken != nil:
		return cut
	case behind.Buffered() > 0:
		return fmt.Sprintf("%s %d, and %d bytes behind it", status, length, behind.Buffered())
	}
	return fmt.Sprintf("%s %d", status, length)
}

// exactly is a body of so many bytes.
type exactly struct {
	from io.Reader
	left int64
}

func (e *exactly) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n, err := e.from.Read(p[:min(int64(len(p)), e.left)])
	if e.left -= int64(n); errors.Is(err, io.EOF) && e.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}
