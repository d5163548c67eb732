// Package ask puts a question to somebody over UDP, and waits for the answer to it.
//
// Read it in this order: message.go (what is said), client.go (one question, until it is
// answered), pending.go (which answer belongs to which question), server.go (who answers),
// memory.go (and remembers it, so that nothing is done twice).
package ask

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// A Kind is what a message is.
type Kind uint8

const (
	Question Kind = 1
	Answer   Kind = 2
	TooLarge Kind = 3 // to a question whose answer would be larger than it: Size says how large
)

// A Message is one datagram, 14 bytes and a text:
//
//	bytes  0     "?"
//	       1     version, 1
//	       2     kind
//	       3     reserved: sent as 0, ignored when read
//	       4-11  id
//	       12-13 length of the text; in TooLarge, the bytes that the answer would have
//	       14    the text, then padding, which only a question has
//
// Numbers are big-endian.
type Message struct {
	Kind Kind
	ID   uint64 // drawn at random for each question, and repeated in its answer
	Text []byte
	Size int // the bytes of the datagram: with the padding, or that an answer would have
}

const (
	magic, version = '?', 1
	header         = 14

	// MaxSize is what every link of IPv6 carries in one piece (RFC 8200 §5), less the headers
	// of IPv6 and UDP.
	MaxSize = 1280 - 40 - 8
	MaxText = MaxSize - header
)

// Append writes m behind b. A question is padded to m.Size bytes.
func (m Message) Append(b []byte) []byte {
	length, padding := len(m.Text), 0
	switch m.Kind {
	case Question:
		padding = max(0, m.Size-header-length)
	case TooLarge:
		length = m.Size
	}
	b = append(b, magic, version, byte(m.Kind), 0)
	b = binary.BigEndian.AppendUint64(b, m.ID)
	b = binary.BigEndian.AppendUint16(b, uint16(length))
	return append(append(b, m.Text...), make([]byte, padding)...)
}

// Parse reads a message that fills all of b. Anybody may have sent it. Its text is part of b.
func Parse(b []byte) (m Message, err error) {
	switch {
	case len(b) < header:
		return m, fmt.Errorf("message of %d bytes: too short", len(b))
	case len(b) > MaxSize:
		return m, fmt.Errorf("message of %d bytes: too long", len(b))
	case b[0] != magic:
		return m, errors.New("not a message of ours")
	case b[1] != version:
		return m, fmt.Errorf("version %d: we speak %d", b[1], version)
	}
	length, rest := int(binary.BigEndian.Uint16(b[12:])), b[header:]
	m = Message{Kind: Kind(b[2]), ID: binary.BigEndian.Uint64(b[4:]), Size: len(b)}
	switch {
	case m.Kind == Question && length <= len(rest):
		m.Text, rest = rest[:length], rest[length:]
		for _, zero := range rest {
			if zero != 0 {
				return m, errors.New("padding that is not zero")
			}
		}
	case m.Kind == Answer && length == len(rest):
		m.Text = rest
	case m.Kind == TooLarge && len(rest) == 0 && length > header:
		m.Size = length
	default:
		return m, fmt.Errorf("kind %d of %d bytes that speaks of %d", b[2], len(b), length)
	}
	return m, nil
}
