// Package wire is what the two sides of a file transfer say to each other.
//
// The client opens a stream for each thing that it wants, and begins with a header:
//
//	list  header                    answered by a header for each file, FIN
//	get   header                    answered by a header, the bytes from its offset on, their sum, FIN
//	put   header                    answered by a header, which says where to go on
//	      bytes from there on, sum  answered by a header that says whether all is well, FIN
//
// The sum is the SHA-256 of the whole file, 32 bytes. A header that says no ends what its
// stream is about; in a list it stands for a file that cannot be had. The client's FIN comes
// last of all, and says that it has everything: QUIC tells nobody what the other side has read.
//
// Read it in this order: wire.go (what may be said), header.go (in which bytes), stream.go (how
// long one waits), send.go (a file from the middle on).
package wire

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// Version is that of the protocol. It is the first byte of each header.
const Version = 1

// A Kind says what a client wants, or what a server answers.
type Kind uint8

const (
	List Kind = 1 // the files below a folder
	Get  Kind = 2
	Put  Kind = 3

	OK      Kind = 64 // Offset says from where on
	Changed Kind = 65 // what you have begun is not the beginning of this file, so from 0 on

	NotFound Kind = 128 // from here on, Name says why not
	Refused  Kind = 129
	Busy     Kind = 130 // come again
	Full     Kind = 131
	Damaged  Kind = 132 // the sum is another one
	Failed   Kind = 133
)

// The codes with which a stream or a connection is reset.
const (
	GaveUp       = 1 // no byte has moved, or the file could not be read or written on
	FileChanged  = 2 // what was sent is void: begin again
	ServerStops  = 1 // of a connection: come again later, or elsewhere
	ClientIsDone = 0
)

func (k Kind) known() bool {
	return k >= List && k <= Put || k == OK || k == Changed || k >= NotFound && k <= Failed
}

func (k Kind) refuses() bool { return k >= NotFound }

// Err is what an answer says, as an error.
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

// Error leaves out what would move the cursor of a terminal: a server may write what it likes.
func (r *Refusal) Error() string {
	return "the server says: " + strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, r.Why)
}

// Refuse says no, and why.
func Refuse(s *Stream, kind Kind, why error) error {
	text := why.Error()
	text = strings.ToValidUTF8(text[:min(len(text), MaxName)], "?")
	return s.Send(Header{Kind: kind, Name: text[:min(len(text), MaxName)]})
}

// hashRate is that of a slow machine, in bytes a second.
const hashRate = 50e6

// hashTime is how long a sender may need to read and hash what it skips. Meanwhile no byte moves.
func hashTime(size int64) time.Duration {
	return time.Duration(float64(size) / hashRate * float64(time.Second))
}

func errName(length int) error {
	return fmt.Errorf("header: a name of %d bytes, and %d are allowed", length, MaxName)
}
