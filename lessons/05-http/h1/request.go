// Package h1 is a server that speaks HTTP/1.1 (RFC 9112) over a net.Conn. It is strict: where
// two parsers could disagree about where a message ends, it refuses the message and closes.
//
// Read it in this order: request.go (what there is to know of a request), head.go (its first
// line and its fields), target.go (whom it is for), framing.go (where its body ends),
// chunked.go (a body in pieces), response.go (the answer), conn.go (one after the other on a
// connection), server.go (accepting and stopping).
package h1

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// A Field is one line of a head, or of the trailers behind a body.
type Field struct{ Name, Value string }

// A Request is a head, and a Body that ends where the message does. In a handler it is valid
// until the handler returns.
type Request struct {
	Method, Target, Proto string
	Host                  string  // whom it is for; "" only if the client left it empty
	Fields                []Field // in their order
	Close                 bool    // no other request comes behind it, or is to be answered

	// Body ends with io.EOF where the message ends. If the connection ends before, that is
	// io.ErrUnexpectedEOF, and if something is wrong with it, a *Refusal.
	Body     io.Reader
	Length   int64   // of the body in bytes, or Chunked
	Trailers []Field // they come behind a chunked body, so they are known at its end

	expects bool // the client sends the body once it has heard 100, or waited for long
	whole   whole
	chunks  chunks
	ctx     context.Context
}

// Context ends when the server gives up waiting for the handler, because it has to stop. It
// does not end when the client leaves: to notice that, one has to read or to write.
func (r *Request) Context() context.Context { return r.ctx }

// Get is the first value of a field, whose name is spelled in any case, or "".
func (r *Request) Get(name string) string {
	for _, f := range r.Fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// all are the values of a field, one a line.
func (r *Request) all(name string) (values []string) {
	for _, f := range r.Fields {
		if strings.EqualFold(f.Name, name) {
			values = append(values, f.Value)
		}
	}
	return values
}

// has tells whether a field that is a list, as Connection is, has this token in it.
func (r *Request) has(name, token string) bool {
	for _, f := range r.Fields {
		if !strings.EqualFold(f.Name, name) {
			continue
		}
		for item := range strings.SplitSeq(f.Value, ",") {
			if sameToken(strings.Trim(item, " \t"), token) {
				return true
			}
		}
	}
	return false
}

// sameToken compares in any case, but only ASCII's: strings.EqualFold takes U+212A, the sign
// for kelvin, for a k, so "chunked" could be spelled in a way that no other server reads.
func sameToken(a, b string) bool {
	return len(a) == len(b) && strings.EqualFold(a, b)
}

// Limits are what a request may cost. Where one is 0, Defaults has it.
type Limits struct {
	Head   int   // bytes in all fields together, and again in all trailers
	Fields int   // how many fields, and again how many trailers
	Body   int64 // bytes
}

// Defaults are the limits of who sets none. A line, be it the first or a field, has to fit
// the buffer of the reader besides.
func Defaults() Limits { return Limits{Head: 32 << 10, Fields: 100, Body: 10 << 20} }

func (l Limits) orDefaults() Limits {
	d := Defaults()
	if l.Head == 0 {
		l.Head = d.Head
	}
	if l.Fields == 0 {
		l.Fields = d.Fields
	}
	if l.Body == 0 {
		l.Body = d.Body
	}
	l.Body = min(l.Body, 1<<58) // sixteen times that is still an int64
	return l
}

// A Refusal is why a request is answered with an error and a close. To go on reading behind
// it would be a guess.
type Refusal struct {
	Status int
	Why    string
}

func (r *Refusal) Error() string { return fmt.Sprintf("%d %s: %s", r.Status, reasons[r.Status], r.Why) }

func refuse(status int, why string, args ...any) error {
	return &Refusal{status, fmt.Sprintf(why, args...)}
}
