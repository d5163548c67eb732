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
// Numbers are big-endian. A time that was not set (time.Time{}) is sent as that of 1970.
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

// Append appends the header's bytes.
func (h Header) Append(b []byte) ([]byte, error) {
	if err := h.Validate(); err != nil {
		return b, err
	}
	var modified int64 // UnixNano of the zero time is undefined
	if !h.Time.IsZero() {
		modified = h.Time.UnixNano()
	}
	b = append(b, Version, byte(h.Kind))
	b = binary.BigEndian.AppendUint16(b, uint16(len(h.Name)))
	b = binary.BigEndian.AppendUint64(b, uint64(h.Offset))
	b = binary.BigEndian.AppendUint64(b, uint64(h.Size))
	b = binary.BigEndian.AppendUint64(b, uint64(modified))
	b = binary.BigEndian.AppendUint32(b, uint32(h.Mode))
	b = append(b, h.Sum[:]...)
	return append(b, h.Name...), nil
}

// Read reads a header. At the end of the stream it is io.EOF; in the middle of a header, an
// io.ErrUnexpectedEOF.
func Read(r io.Reader) (h Header, err error) {
	var b [fixed]byte
	if n, err := io.ReadFull(r, b[:]); err == io.ErrUnexpectedEOF {
		return h, fmt.Errorf("header: cut after %d bytes: %w", n, err)
	} else if err != nil {
		return h, err
	}
	if b[0] != Version {
		return h, fmt.Errorf("header: version %d, and we speak %d", b[0], Version)
	}
	h = Header{
		Kind:   Kind(b[1]),
		Offset: int64(binary.BigEndian.Uint64(b[4:])),
		Size:   int64(binary.BigEndian.Uint64(b[12:])),
		Time:   time.Unix(0, int64(binary.BigEndian.Uint64(b[20:]))),
		Mode:   fs.FileMode(binary.BigEndian.Uint32(b[28:])),
		Sum:    [sha256.Size]byte(b[32:]),
	}
	name := make([]byte, binary.BigEndian.Uint16(b[2:]))
	if len(name) > MaxName {
		return h, errName(len(name))
	}
	if n, err := io.ReadFull(r, name); err == io.EOF || err == io.ErrUnexpectedEOF {
		return h, fmt.Errorf("header: cut after %d bytes: %w", fixed+n, io.ErrUnexpectedEOF)
	} else if err != nil {
		return h, err
	}
	h.Name = string(name)
	return h, h.Validate()
}

// Validate says what about the header makes no sense.
func (h Header) Validate() error {
	switch {
	case !h.Kind.known():
		return fmt.Errorf("header: kind %d means nothing", h.Kind)
	case h.Size < 0 || h.Offset < 0 || h.Offset > h.Size:
		return fmt.Errorf("header: offset %d of %d bytes", h.Offset, h.Size)
	case h.Mode&^fs.ModePerm != 0:
		return fmt.Errorf("header: mode %o is more than permissions", uint32(h.Mode))
	case len(h.Name) > MaxName:
		return errName(len(h.Name))
	case !utf8.ValidString(h.Name):
		return errors.New("header: the name is no UTF-8")
	case !h.Kind.refuses() && !fs.ValidPath(h.Name):
		return fmt.Errorf("header: the name %q is not relative, or has .. or empty parts", h.Name)
	}
	return nil
}
