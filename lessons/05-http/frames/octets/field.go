// Package octets takes a frame of HTTP/2 apart and says what each of its bytes means: the
// nine of the header (RFC 9113, section 4.1), the payload, and HPACK's coding in it (RFC 7541).
//
// Read it in this order: field.go (what bytes are for), frame.go (frames), hpack.go (fields),
// table.go and static.go (what an index stands for), huffman.go (letters of five bits and more).
package octets

import (
	"encoding/binary"
	"fmt"
)

// A Field is a run of bytes that means one thing, or the whole of its Parts, in which each of
// its bytes is.
type Field struct {
	Name  string  `json:"name"`
	Value string  `json:"value,omitempty"`
	RFC   string  `json:"rfc,omitempty"` // number and section
	At    int     `json:"at"`            // the offset of its first byte
	Size  int     `json:"size"`          // in bytes
	Parts []Field `json:"parts,omitempty"`
}

// A reader takes fields from bytes. After an error it takes no more.
type reader struct {
	octets []byte
	at     int
	fields []Field
	err    error
}

func (r *reader) more() bool { return r.err == nil && r.at < len(r.octets) }

func (r *reader) left() int { return len(r.octets) - r.at }

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("byte %d: "+format, append([]any{r.at}, args...)...)
	}
}

// take reads n bytes.
func (r *reader) take(rfc, name string, n int) []byte {
	if r.err == nil && n > r.left() {
		r.fail("%s has %d bytes, and only %d are left", name, n, r.left())
	}
	if r.err != nil {
		return nil
	}
	octets := r.octets[r.at : r.at+n]
	r.fields = append(r.fields, Field{Name: name, RFC: rfc, At: r.at, Size: n})
	r.at += n
	return octets
}

// number reads one of up to four bytes.
func (r *reader) number(rfc, name string, n int) uint32 {
	octets := r.take(rfc, name, n)
	if octets == nil {
		return 0
	}
	v := binary.BigEndian.Uint32(append(make([]byte, 4-n), octets...))
	r.say("%d", v)
	return v
}

// say puts down what the field that was read last says.
func (r *reader) say(format string, args ...any) {
	if n := len(r.fields); n > 0 && r.err == nil {
		r.fields[n-1].Value = fmt.Sprintf(format, args...)
	}
}

// group reads a field that is made of others. It says what parts returns.
func (r *reader) group(parts func() (rfc, name, value string)) {
	outer, at := r.fields, r.at
	r.fields = nil
	rfc, name, value := parts()
	r.fields = append(outer, Field{Name: name, Value: value, RFC: rfc, At: at, Size: r.at - at, Parts: r.fields})
}
