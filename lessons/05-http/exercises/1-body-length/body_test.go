package bodylength

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"onthewire/lessons/internal/exercise"
)

// A message is a request without its first line, and what has to become of it.
type message struct {
	what   string
	fields string
	body   string // as it travels
	want   string // as it is; of a refused one, nothing
	refuse bool
}

var long = strings.Repeat("hello, wire\n", 10_000)

var messages = []message{
	{what: "no body", fields: ""},
	{what: "a body of 5 bytes", fields: "Content-Length: 5", body: "hello", want: "hello"},
	{what: "a field in small letters", fields: "content-length: 5", body: "hello", want: "hello"},
	{what: "a length of 0", fields: "Content-Length: 0"},
	{what: "a body of 120,000 bytes", fields: "Content-Length: 120000", body: long, want: long},
	{what: "chunks", fields: "Transfer-Encoding: chunked", body: "5\r\nhello\r\n7\r\n, wire\n\r\n0\r\nX: y\r\n\r\n", want: "hello, wire\n"},
	{what: "chunks, in other letters", fields: "TRANSFER-ENCODING: Chunked", body: "5\r\nhello\r\n0\r\n\r\n", want: "hello"},

	{what: "two lengths, 5 and 6", fields: "Content-Length: 5\r\nContent-Length: 6", body: "hello!", refuse: true},
	{what: "two lengths, 6 and 5", fields: "Content-Length: 6\r\nContent-Length: 5", body: "hello!", refuse: true},
	{what: "two equal lengths", fields: "Content-Length: 5\r\ncontent-length: 5", body: "hello", refuse: true},
	{what: "a list of two lengths", fields: "Content-Length: 5, 5", body: "hello", refuse: true},
	{what: "a length and chunks", fields: "Content-Length: 5\r\nTransfer-Encoding: chunked", body: "0\r\n\r\n", refuse: true},
	{what: "chunks and a length", fields: "Transfer-Encoding: chunked\r\nContent-Length: 5", body: "0\r\n\r\n", refuse: true},
	{what: "a length with a sign", fields: "Content-Length: +5", body: "hello", refuse: true},
	{what: "a negative length", fields: "Content-Length: -5", refuse: true},
	{what: "a length of nothing", fields: "Content-Length:", refuse: true},
	{what: "a length in words", fields: "Content-Length: five", body: "hello", refuse: true},
	{what: "a length of 2^64 and 5", fields: "Content-Length: 18446744073709551621", body: "hello", refuse: true},
	{what: "a length over the limit", fields: "Content-Length: 999999999999999999", body: "hello", refuse: true},
	{what: "a coding that nobody knows", fields: "Transfer-Encoding: xchunked", body: "0\r\n\r\n", refuse: true},
	{what: "chunks that are packed", fields: "Transfer-Encoding: gzip, chunked", body: "0\r\n\r\n", refuse: true},
	{what: "chunks inside something else", fields: "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", body: "0\r\n\r\n", refuse: true},
}

func TestABodyEndsWhereItsHeadSaysOrIsRefused(t *testing.T) {
	exercise.Check(t, func() error {
		for _, m := range messages {
			for _, size := range []int{1 << 20, 7, 3, 1} {
				if err := m.check(size); err != nil {
					return err
				}
			}
		}
		return breaksOff()
	})
}

const next = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n"

// check sends the message in pieces of some size, and another behind it.
func (m message) check(size int) error {
	conn := &connection{text: m.body + next, size: size}
	if m.body == "" {
		conn.text = "" // a server that waits for one byte more waits for ever
	}
	in := bufio.NewReader(conn)
	what := m.what
	if size < 10 {
		what = fmt.Sprintf("%s, %d at a time", m.what, size)
	}
	conn.waits = func() {
		exercise.Fail(what + ", and the server waits for more, although nothing more belongs to the request")
	}
	body, err := readBody(in, m.parsed())
	switch {
	case m.refuse && err == nil:
		return fmt.Errorf("%s, and the server does not refuse it, although the next one might see another end: it takes %.20q for the body", what, body)
	case m.refuse:
		return nil
	case err != nil:
		return fmt.Errorf("%s, and the server refuses it: %w", what, err)
	case !bytes.Equal(body, []byte(m.want)):
		return fmt.Errorf("%s, and the server has another body: %.20q, %d bytes of %d", what, body, len(body), len(m.want))
	}
	if m.body == "" {
		conn.text = next
	}
	rest := make([]byte, len(next))
	if n, _ := io.ReadFull(in, rest); string(rest) != next {
		return fmt.Errorf("%s, and the next request does not begin behind it: %.20q", what, rest[:n])
	}
	return nil
}

// breaksOff ends the connection within a body.
func breaksOff() error {
	for _, m := range []message{
		{fields: "Content-Length: 5", body: "hel"},
		{fields: "Content-Length: 5"},
		{fields: "Transfer-Encoding: chunked", body: "5\r\nhello\r\n"},
	} {
		conn := &connection{text: m.body, size: 7, waits: func() {}}
		if body, err := readBody(bufio.NewReader(conn), m.parsed()); err == nil {
			return fmt.Errorf("the connection ends within a body, and the server takes it for a whole one: %q", body)
		}
	}
	return nil
}

func (m message) parsed() (fields []field) {
	for line := range strings.SplitSeq("Host: a\r\n"+m.fields, "\r\n") {
		if name, value, ok := strings.Cut(line, ":"); ok {
			fields = append(fields, field{name, strings.TrimSpace(value)})
		}
	}
	return fields
}

// A connection is what comes of one, in pieces.
type connection struct {
	text  string
	size  int
	waits func() // for what is never sent
}

func (c *connection) Read(p []byte) (int, error) {
	if c.text == "" {
		c.waits()
		return 0, io.EOF
	}
	n := copy(p, c.text[:min(c.size, len(c.text))])
	c.text = c.text[n:]
	return n, nil
}

func TestWhatIsGivenReadsChunks(t *testing.T) {
	in := bufio.NewReader(strings.NewReader("5\r\nhello\r\n0\r\nX: y\r\n\r\nrest"))
	body, err := readChunks(in)
	rest, _ := io.ReadAll(in)
	if err != nil || string(body) != "hello" || string(rest) != "rest" {
		t.Errorf("it reads %q, %v, and leaves %q", body, err, rest)
	}
}
