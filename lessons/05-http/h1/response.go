package h1

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// block is how many bytes of an answer wait to be sent together. An answer that is over
// before has a Content-Length, and leaves with its head in one write. A longer one is
// chunked, since nobody knows yet how long it will be.
const block = 16 << 10

// Unknown is the Length of an answer whose handler has not said it.
const Unknown = -1

var (
	// ErrTooLong is what a handler hears that writes more than it has promised.
	ErrTooLong = errors.New("an answer is longer than its Length")

	// ErrNoBody is what a handler hears that writes behind status 204 or 304.
	ErrNoBody = errors.New("an answer with this status has no body")
)

// A Response is the answer to one request. It is the handler's until that returns.
type Response struct {
	Status int     // 200, unless the handler says otherwise before it writes
	Fields []Field // of the handler's; those that frame the answer are the server's
	Length int64   // of the body, if the handler knows it beforehand
	Close  bool    // the connection, behind this answer

	to      io.Writer
	last    func() bool // asked when the head is written: no answer comes behind this one
	head    bool        // the request was HEAD: all is as for GET, but the body stays here
	old     bool        // the client speaks HTTP/1.0, which knows no chunks
	begun   bool        // the head is out
	chunked bool        // so the head says
	written int64       // bytes of the body, by the handler
	pending []byte      // those of them that are still to be sent
	out     []byte      // what goes out in one write
	err     error       // of the first write that has failed; then there is no other
}

// reset makes it the answer to another request, in the same memory.
func (w *Response) reset(r *Request) {
	*w = Response{
		Status: 200, Length: Unknown, Close: r.Close, Fields: w.Fields[:0], to: w.to, last: w.last,
		head: r.Method == "HEAD", old: r.Proto == "HTTP/1.0", pending: w.pending[:0], out: w.out,
	}
}

// Set adds a field.
func (w *Response) Set(name, value string) { w.Fields = append(w.Fields, Field{name, value}) }

// Write adds to the body. It waits while the client does not take what has come together.
func (w *Response) Write(p []byte) (n int, err error) {
	switch {
	case w.bodiless():
		return 0, ErrNoBody
	case w.Length != Unknown && w.written+int64(len(p)) > w.Length:
		return 0, ErrTooLong
	}
	for w.err == nil && n < len(p) {
		part := p[n:min(len(p), n+block-len(w.pending))]
		if n += len(part); !w.head {
			w.pending = append(w.pending, part...)
		}
		w.written += int64(len(part))
		if len(w.pending) == block {
			w.send(false)
		}
	}
	return n, w.err
}

// Flush sends what is there, although there will be more.
func (w *Response) Flush() error {
	if !w.head { // its length is known at the end, and without it there is nothing to say
		w.send(false)
	}
	return w.err
}

// finish sends the rest.
func (w *Response) finish() error {
	if missing := w.Length - w.written; missing > 0 && !w.head && !w.bodiless() {
		return fmt.Errorf("an answer lacks %d of the %d bytes that its handler has promised", missing, w.Length)
	}
	w.send(true)
	return w.err
}

// send writes the head, if it is not out yet, and what is pending, in one piece.
func (w *Response) send(last bool) {
	if w.err != nil {
		return
	}
	out := w.out[:0]
	if !w.begun {
		if last && w.Length == Unknown {
			w.Length = w.written
		}
		if out, w.err = w.appendHead(out); w.err != nil {
			return
		}
		w.begun = true
	}
	switch {
	case !w.chunked:
		out = append(out, w.pending...)
	case len(w.pending) > 0:
		out = strconv.AppendInt(out, int64(len(w.pending)), 16)
		out = append(append(append(out, "\r\n"...), w.pending...), "\r\n"...)
	}
	if w.chunked && last {
		out = append(out, "0\r\n\r\n"...)
	}
	w.pending, w.out = w.pending[:0], out
	if len(out) > 0 {
		_, w.err = w.to.Write(out)
	}
}

// appendHead decides how the client will know that the answer is over, and says so.
func (w *Response) appendHead(out []byte) ([]byte, error) {
	if w.Status < 200 || w.Status > 599 {
		return nil, fmt.Errorf("%d is not the status of an answer", w.Status)
	}
	out = strconv.AppendInt(append(out, "HTTP/1.1 "...), int64(w.Status), 10)
	out = append(append(append(out, ' '), reasons[w.Status]...), "\r\nDate: "...)
	out = time.Now().UTC().AppendFormat(out, "Mon, 02 Jan 2006 15:04:05 GMT\r\n")
	for _, f := range w.Fields {
		if err := sendable(f); err != nil {
			return nil, err
		}
		out = append(append(append(append(append(out, f.Name...), ": "...), f.Value...), '\r'), '\n')
	}
	switch {
	case w.bodiless(): // at the empty line
	case w.Length != Unknown:
		out = append(strconv.AppendInt(append(out, "Content-Length: "...), w.Length, 10), "\r\n"...)
	case w.old:
		w.Close = true // at the end of the connection, and it cannot tell that from a broken one
	default:
		w.chunked = true
		out = append(out, "Transfer-Encoding: chunked\r\n"...)
	}
	w.Close = w.Close || w.last()
	switch {
	case w.Close:
		out = append(out, "Connection: close\r\n"...)
	case w.old:
		out = append(out, "Connection: keep-alive\r\n"...)
	}
	return append(out, "\r\n"...), nil
}

// sendable refuses what would end a field, or contradict one of ours.
func sendable(f Field) error {
	if _, found := controlByte(f.Value); found || !isToken(f.Name) {
		return fmt.Errorf("the handler's field %q: %q cannot be sent", f.Name, f.Value)
	}
	switch strings.ToLower(f.Name) {
	case "content-length", "transfer-encoding", "connection", "date":
		return fmt.Errorf("the handler sets %s, which is the server's to say", f.Name)
	}
	return nil
}

func (w *Response) bodiless() bool { return w.Status == 204 || w.Status == 304 }

// reasons are the phrases behind a status, for people only; there need not be one.
var reasons = map[int]string{
	200: "OK",
	204: "No Content",
	304: "Not Modified",
	400: "Bad Request",
	404: "Not Found",
	405: "Method Not Allowed",
	408: "Request Timeout",
	413: "Content Too Large",
	414: "URI Too Long",
	417: "Expectation Failed",
	431: "Request Header Fields Too Large",
	500: "Internal Server Error",
	501: "Not Implemented",
	503: "Service Unavailable",
	505: "HTTP Version Not Supported",
}
