package field

import (
	"encoding/binary"
	"fmt"
)

// An Error says where reading has come to its end, and why.
type Error struct {
	At    int    // the offset of the byte where the field begins
	Field string // what was being read
	Wrong error
}

func (e *Error) Error() string {
	return fmt.Sprintf("at byte %d, %s: %v", e.At, e.Field, e.Wrong)
}

func (e *Error) Unwrap() error { return e.Wrong }

// A Reader takes fields from its bytes, one after the other. After an error it takes no
// more: every method then returns zero, and Err says what was wrong first.
type Reader struct {
	data   []byte // whole, so that offsets are those of the datagram
	at     int
	end    int // no field reaches beyond
	fields []Field
	err    error
}

// NewReader reads the bytes from one offset to another.
func NewReader(data []byte, from, end int) *Reader {
	return &Reader{data: data, at: from, end: end}
}

// At is the offset of the next byte. Left is how many there are.
func (r *Reader) At() int   { return r.at }
func (r *Reader) Left() int { return r.end - r.at }

// Rest are the bytes that nobody has read yet.
func (r *Reader) Rest() []byte { return r.data[r.at:r.end] }

// More tells whether there is anything to read, and nothing was wrong.
func (r *Reader) More() bool { return r.err == nil && r.at < r.end }

// Fields are those that were read, also where an error ended it.
func (r *Reader) Fields() []Field { return r.fields }
func (r *Reader) Err() error      { return r.err }

// Fail ends the reading at the field that was read last.
func (r *Reader) Fail(format string, args ...any) {
	f := Field{Name: "the beginning", At: r.at}
	if n := len(r.fields); n > 0 {
		f = r.fields[n-1]
	}
	r.fail(f.At, f.Name, format, args...)
}

// FailAt ends it at a field that begins with the next byte.
func (r *Reader) FailAt(name string, why error) { r.fail(r.at, name, "%w", why) }

func (r *Reader) fail(at int, name, format string, args ...any) {
	if r.err == nil {
		r.err = &Error{at, name, fmt.Errorf(format, args...)}
	}
}

// Bytes reads n bytes.
func (r *Reader) Bytes(name string, n uint64) []byte {
	if r.err != nil {
		return nil
	}
	if n > uint64(r.Left()) {
		r.fail(r.at, name, "it has %d bytes, and only %d are left", n, r.Left())
		return nil
	}
	data := r.data[r.at : r.at+int(n)]
	r.fields = append(r.fields, Field{Name: name, At: r.at, Size: len(data)})
	r.at += len(data)
	return data
}

// Uint reads a number of n bytes, big-endian.
func (r *Reader) Uint(name string, n uint64) (v uint64) {
	for _, b := range r.Bytes(name, n) {
		v = v<<8 | uint64(b)
	}
	r.Say("%d", v)
	return v
}

// Varint reads a number of 1, 2, 4 or 8 bytes. The first two bits tell which (RFC 9000,
// section 16).
func (r *Reader) Varint(name string) uint64 {
	if r.err == nil && r.Left() == 0 {
		r.fail(r.at, name, "the bytes end before it")
	}
	if r.err != nil {
		return 0
	}
	size := 1 << (r.data[r.at] >> 6)
	var padded [8]byte
	copy(padded[8-size:], r.Bytes(name, uint64(size)))
	padded[8-size] &= 0x3f
	v := binary.BigEndian.Uint64(padded[:])
	r.Say("%d", v)
	return v
}

// Say puts down what the field that was read last says.
func (r *Reader) Say(format string, args ...any) {
	if n := len(r.fields); n > 0 && r.err == nil {
		r.fields[n-1].Value = fmt.Sprintf(format, args...)
	}
}

// Group reads a field that is made of others.
func (r *Reader) Group(name string, parts func()) {
	if r.err != nil {
		return
	}
	outer, at := r.fields, r.at
	r.fields = nil
	parts()
	r.fields = append(outer, Field{Name: name, At: at, Size: r.at - at, Parts: r.fields})
}

// Within reads a group of exactly n bytes.
func (r *Reader) Within(name string, n uint64, parts func()) {
	if r.err == nil && n > uint64(r.Left()) {
		r.fail(r.at, name, "it has %d bytes, and only %d are left", n, r.Left())
	}
	if r.err != nil {
		return
	}
	outer := r.end
	r.end = r.at + int(n)
	r.Group(name, parts)
	if r.err == nil && r.at < r.end {
		r.fail(r.at, name, "%d of its %d bytes are left over", r.Left(), n)
	}
	r.end = outer
}
