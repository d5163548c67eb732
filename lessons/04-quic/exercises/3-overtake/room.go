package overtake

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/quic-go/quic-go"
)

// This file is for reading: what a room says to its guests, over QUIC.

// A guest is somebody to whom the room passes on what others say.
type guest struct {
	conn  *quic.Conn
	lines *quic.SendStream // yours: nil at first
}

// A message is a line that somebody has typed, or a file that somebody has sent.
type message struct {
	Kind kind
	Text string
}

type kind byte

const (
	line kind = 'l'
	file kind = 'f'
)

const longest = 4 << 20 // bytes of a message

// encode is the message as it travels: a kind, a length, and so many bytes. A stream may bring
// several.
func (m message) encode() []byte {
	return append(binary.BigEndian.AppendUint32([]byte{byte(m.Kind)}, uint32(len(m.Text))), m.Text...)
}

// decode reads one message. io.EOF means that the stream has ended behind the last.
func decode(from io.Reader) (message, error) {
	var head [5]byte
	if _, err := io.ReadFull(from, head[:]); err != nil {
		return message{}, err
	}
	length := binary.BigEndian.Uint32(head[1:])
	if length > longest {
		return message{}, fmt.Errorf("a message of %d bytes: at most %d", length, longest)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(from, text); err != nil {
		return message{}, fmt.Errorf("in the middle of a message: %w", err)
	}
	return message{kind(head[0]), string(text)}, nil
}

// pass tells a guest one message after another. The guest listens to datagrams, and to every
// stream that the room opens in one direction: to a hundred of them at a time.
func (g *guest) pass(messages <-chan message) error {
	for m := range messages {
		if err := g.send(m); err != nil {
			return err
		}
	}
	return nil
}
