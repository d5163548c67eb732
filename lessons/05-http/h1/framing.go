package h1

import (
	"bufio"
	"io"
	"strings"
)

// Chunked is the Length of a body that comes in chunks: nobody knows it beforehand.
const Chunked = -1

// bodyLength decides where a request's body ends (RFC 9112, section 6.3). A request that
// says it in two ways is refused, also if they agree: whoever reads it before or behind us
// may look at the other one.
func bodyLength(r *Request, most int64) (int64, error) {
	codings, lengths := r.all("Transfer-Encoding"), r.all("Content-Length")
	switch {
	case len(codings) > 0 && len(lengths) > 0:
		return 0, refuse(400, "it has a Content-Length and a Transfer-Encoding: which one says where it ends?")
	case len(codings) > 0 && r.Proto == "HTTP/1.0":
		return 0, refuse(400, "it has a Transfer-Encoding, and HTTP/1.0 knows none")
	case len(codings) == 1 && sameToken(codings[0], "chunked"):
		return Chunked, nil
	case len(codings) > 0:
		return 0, otherCoding(codings)
	case len(lengths) > 1:
		return 0, refuse(400, "it has %d Content-Lengths", len(lengths))
	case len(lengths) == 1:
		return parseLength(lengths[0], most)
	}
	return 0, nil // without either, a request has no body
}

// otherCoding says what is wrong with a Transfer-Encoding that is not chunked and no more:
// chunked, which marks the end, has to come once and last, and we know no other.
func otherCoding(values []string) error {
	codings := strings.Join(values, ", ")
	chunked, last := 0, false
	for coding := range strings.SplitSeq(codings, ",") {
		if last = sameToken(strings.Trim(coding, " \t"), "chunked"); last {
			chunked++
		}
	}
	switch {
	case chunked > 1:
		return refuse(400, "its body is chunked twice: Transfer-Encoding: %.40s", codings)
	case chunked == 1 && !last:
		return refuse(400, "nothing says where its last coding ends: Transfer-Encoding: %.40s", codings)
	}
	return refuse(501, "this server knows Transfer-Encoding: chunked, and that is %.40q", codings)
}

// parseLength takes digits: no sign, no space, no list of two that agree.
func parseLength(s string, most int64) (n int64, err error) {
	if s == "" {
		return 0, refuse(400, "its Content-Length is empty")
	}
	for i := range len(s) {
		if !isDigit(s[i]) {
			return 0, refuse(400, "its Content-Length is %.40q", s)
		}
		if n = n*10 + int64(s[i]-'0'); n > most { // so it never overflows
			return 0, refuse(413, "its body has more than %d bytes", most)
		}
	}
	return n, nil
}

// frame gives the request a Body that ends where the message does.
func (r *Request) frame(in *bufio.Reader, limits Limits) (err error) {
	if r.Length, err = bodyLength(r, limits.Body); err != nil {
		return err
	}
	if r.Length == Chunked {
		r.chunks = chunks{in: in, trailers: &r.Trailers, limits: limits}
		r.Body = &r.chunks
		return nil
	}
	r.whole = whole{in: in, left: r.Length}
	r.Body = &r.whole
	return nil
}

// whole is a body whose length was said before.
type whole struct {
	in   *bufio.Reader
	left int64
}

func (w *whole) Read(p []byte) (int, error) {
	if w.left == 0 {
		return 0, io.EOF
	}
	n, err := w.in.Read(p[:min(int64(len(p)), w.left)])
	w.left -= int64(n)
	return n, halfway(err)
}

// maxExtensions is how many bytes all chunk extensions of a body may have. Nobody uses them
// but who wants to send a megabyte around each byte.
const maxExtensions = 1 << 10

// chunks is a body in pieces (RFC 9112, section 7.1). Each has its size before it, in
// hexadecimal digits on a line, and a line end behind it. A size of 0 means that it was the
// last, and the trailers come.
//
//	5\r\n hello \r\n 7\r\n , wire\n \r\n 0\r\n Trailer: value\r\n \r\n
type chunks struct {
	in         *bufio.Reader
	trailers   *[]Field // set at the end
	limits     Limits
	left       int64 // of this piece
	total      int64 // of all pieces so far
	extensions int   // bytes of them so far
	err        error // how it ended: io.EOF if all is there
}

// Chunks is a body in chunks, of a message whose head has been read. Its trailers are known at
// its end.
func Chunks(in *bufio.Reader, limits Limits, trailers *[]Field) io.Reader {
	return &chunks{in: in, limits: limits.orDefaults(), trailers: trailers}
}

func (c *chunks) Read(p []byte) (n int, err error) {
	if c.left == 0 && c.err == nil {
		c.left, c.err = c.next()
	}
	if c.err != nil {
		return 0, c.err
	}
	n, err = c.in.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	c.err = halfway(err)
	return n, c.err
}

// next reads from behind a piece to the beginning of another, and returns how long that one
// is, or io.EOF if there is none.
func (c *chunks) next() (size int64, err error) {
	if c.total > 0 {
		switch line, err := readLine(c.in, 400); {
		case err != nil:
			return 0, halfway(err)
		case line != "":
			return 0, refuse(400, "behind a chunk comes %.40q, and not the end of the line: its size is wrong", line)
		}
	}
	line, err := readLine(c.in, 400)
	if err != nil {
		return 0, halfway(err)
	}
	if size, err = c.size(line); err != nil || size > 0 {
		c.total += size
		return size, err
	}
	if *c.trailers, err = readTrailers(c.in, c.limits); err != nil {
		return 0, halfway(err)
	}
	return 0, io.EOF
}

// size takes hexadecimal digits: no sign, no 0x, no space. What comes behind a semicolon is
// an extension, which a server that does not know it has to ignore.
func (c *chunks) size(line string) (size int64, err error) {
	digits, extension, _ := strings.Cut(line, ";")
	if digits == "" || len(digits) > 16 {
		return 0, refuse(400, "the size of a chunk has %d digits: %.40q", len(digits), line)
	}
	for i := range len(digits) {
		d := hexDigit(digits[i])
		if d < 0 {
			return 0, refuse(400, "the size of a chunk is %.40q", digits)
		}
		if size = size*16 + int64(d); c.total+size > c.limits.Body { // so it never overflows
			return 0, refuse(413, "its body has more than %d bytes", c.limits.Body)
		}
	}
	if c.extensions += len(extension); c.extensions > maxExtensions {
		return 0, refuse(400, "its chunk extensions have more than %d bytes", maxExtensions)
	}
	if control, found := controlByte(extension); found {
		return 0, refuse(400, "a chunk extension has a control byte in it: %#02x", control)
	}
	return size, nil
}
