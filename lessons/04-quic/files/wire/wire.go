// Package wire is what the two sides of a file transfer say to each other.
//
// The client opens a stream for each thing that it wants, and begins with a header:
//
//	list  header, FIN                    answered by a header for each file, FIN
//	get   header, FIN                    answered by a header, the bytes from its offset on, their sum, FIN
//	put   header                         answered by a header, which says where to go on
//	      bytes from there on, sum, FIN  answered by a header that says whether all is well, FIN
//
// The sum is the SHA-256 of the whole file, 32 bytes. A header that says no is the last thing
// that a server sends on its stream.
package wire

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"
	"unicode/utf8"
)

// Version is that of the protocol. It is the first byte of each header.
const Version = 1

// A Kind says what a client wants, or what a server answers.
type Kind uint8

const (
	List Kind = 1 + iota // the files below a folder
	Get
	Put

	OK       Kind = 64 + iota - 3 // Offset says from where on
	Changed                       // the file is no longer the one you had begun, so from 0 on
	NotFound                      // from here on, Name says why not
	Refused
	Busy
	TooLarge
	Full
	Damaged
	Failed
)

// A Header is 64 bytes and a name:
//
//	bytes  0     version, 1
//	       1     kind
//	       2-3   length of the name
//	       4-11  offset: how many bytes the receiver has already
//	       12-19 size of the file, in bytes
//	       20-27 when it was last modified, in nanoseconds since 1970
//	       28-31 permission bits, at most 0777
//	       32-63 SHA-256 of the first offset bytes
//	       64-   name, relative, with slashes; of an answer that says no, the reason
//
// Numbers are big-endian.
type Header struct {
	Kind   Kind
	Offset int64
	Size   int64
	Time   time.Time
	Mode   fs.FileMode
	Sum    [sha256.Size]byte
	Name   string
}

const (
	fixed = 64

	// MaxName is the longest name, in bytes.
	MaxName = 4096
)

// Says no?
func (k Kind) refuses() bool { return k >= NotFound }

// Err is what a header of an answer says, as an error.
func (h Header) Err() error {
	if h.Kind.refuses() {
		return &Refusal{h.Kind, h.Name}
	}
	return nil
}

// A Refusal is the other side's no.
type Refusal struct {
	Kind Kind
	Why  string
}

func (r *Refusal) Error() string { return r.Why }

// Append appends the header's bytes.
func (h Header) Append(b []byte) ([]byte, error) {
	if err := h.Validate(); err != nil {
		return b, err
	}
	b = append(b, Version, byte(h.Kind))
	b = binary.BigEndian.AppendUint16(b, uint16(len(h.Name)))
	b = binary.BigEndian.AppendUint64(b, uint64(h.Offset))
	b = binary.BigEndian.AppendUint64(b, uint64(h.Size))
	b = binary.BigEndian.AppendUint64(b, uint64(nanoseconds(h.Time)))
	b = binary.BigEndian.AppendUint32(b, uint32(h.Mode))
	b = append(b, h.Sum[:]...)
	return append(b, h.Name...), nil
}

// Write writes the header in one call.
func Write(w io.Writer, h Header) error {
	b, err := h.Append(nil)
	if err == nil {
		_, err = w.Write(b)
	}
	return err
}

// Read reads a header. At the end of the stream it is io.EOF; in the middle of a header,
// io.ErrUnexpectedEOF.
func Read(r io.Reader) (h Header, err error) {
	var b [fixed]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return h, err
	}
	if b[0] != Version {
		return h, fmt.Errorf("header: version %d, and we speak %d", b[0], Version)
	}
	h = Header{
		Kind:   Kind(b[1]),
		Offset: int64(binary.BigEndian.Uint64(b[4:])),
		Size:   int64(binary.BigEndian.Uint64(b[12:])),
		Time:   moment(int64(binary.BigEndian.Uint64(b[20:]))),
		Mode:   fs.FileMode(binary.BigEndian.Uint32(b[28:])),
		Sum:    [sha256.Size]byte(b[32:]),
	}
	length := int(binary.BigEndian.Uint16(b[2:]))
	if length > MaxName {
		return h, fmt.Errorf("header: a name of %d bytes, and %d are allowed", length, MaxName)
	}
	name := make([]byte, length)
	if _, err := io.ReadFull(r, name); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return h, err
	}
	h.Name = string(name)
	return h, h.Validate()
}

// Validate says what about the header makes no sense.
func (h Header) Validate() error {
	switch {
	case h.Kind < List || h.Kind > Put && h.Kind < OK || h.Kind > Failed:
		return fmt.Errorf("header: kind %d means nothing", h.Kind)
	case h.Size < 0 || h.Offset < 0 || h.Offset > h.Size:
		return fmt.Errorf("header: offset %d of %d bytes", h.Offset, h.Size)
	case h.Mode&^fs.ModePerm != 0:
		return fmt.Errorf("header: mode %o is more than permissions", uint32(h.Mode))
	case len(h.Name) > MaxName:
		return fmt.Errorf("header: a name of %d bytes, and %d are allowed", len(h.Name), MaxName)
	case !utf8.ValidString(h.Name):
		return errors.New("header: the name is no UTF-8")
	case !h.Kind.refuses() && !fs.ValidPath(h.Name):
		return fmt.Errorf("header: the name %q is not relative, or has .. or empty parts", h.Name)
	}
	return nil
}

// The zero time is 0 on the wire: what it has for nanoseconds is undefined.
func nanoseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func moment(ns int64) time.Time {
	if ns == 0 {
		return time.Time{}
	}
	return time.Unix(0, ns)
}
