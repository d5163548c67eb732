// Package discover lets programs on one segment find each other. Each says who it is, to a
// group that all of them listen to, and keeps saying it.
//
// Read it in this order: message.go (what is said), peers.go (who is believed, and for how
// long), node.go (who waits for what), link.go (the interfaces, which come and go).
package discover

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Kind is what a message wants.
type Kind uint8

const (
	Announce Kind = 1 // I am here, for so long
	Query    Kind = 2 // who is there? Answer with an Announce
	Goodbye  Kind = 3 // I am about to leave
)

// A Message is one datagram, 22 bytes and two names:
//
//	bytes  0     "w"
//	       1     version, 1
//	       2     kind
//	       3     reserved: sent as 0, ignored when read
//	       4-11  instance
//	       12-15 sequence
//	       16-17 lifetime, in seconds
//	       18-19 port
//	       20    length of name, then the name; length of service, then the service
//
// Numbers are big-endian. There is no address in it: the kernel tells where a datagram came
// from, and is harder to lie to.
type Message struct {
	Kind     Kind
	Instance uint64        // drawn at random at each start: two programs of one name differ
	Sequence uint32        // one more with each message of an instance (RFC 1982 order)
	Lifetime time.Duration // whole seconds, at most MaxLifetime
	Port     uint16        // where the service is
	Name     string        // 1 to MaxName bytes of printable UTF-8
	Service  string        // likewise
}

const (
	magic, version = 'w', 1
	fixed          = 20 // bytes in front of the names

	MaxName     = 63
	MaxLifetime = 120 * time.Second
	MaxSize     = fixed + 2*(1+MaxName) // no message is longer: a larger datagram is none
)

// Append writes m behind b.
func (m Message) Append(b []byte) []byte {
	b = append(b, magic, version, byte(m.Kind), 0)
	b = binary.BigEndian.AppendUint64(b, m.Instance)
	b = binary.BigEndian.AppendUint32(b, m.Sequence)
	b = binary.BigEndian.AppendUint16(b, uint16(m.Lifetime/time.Second))
	b = binary.BigEndian.AppendUint16(b, m.Port)
	b = append(append(b, byte(len(m.Name))), m.Name...)
	return append(append(b, byte(len(m.Service))), m.Service...)
}

// Parse reads a message that fills all of b. Anybody may have sent it.
func Parse(b []byte) (m Message, err error) {
	switch {
	case len(b) < fixed+2:
		return m, fmt.Errorf("message of %d bytes: too short", len(b))
	case len(b) > MaxSize:
		return m, fmt.Errorf("message of %d bytes: too long", len(b))
	case b[0] != magic:
		return m, errors.New("not a message of ours")
	case b[1] != version:
		return m, fmt.Errorf("version %d: we speak %d", b[1], version)
	}
	m = Message{
		Kind:     Kind(b[2]),
		Instance: binary.BigEndian.Uint64(b[4:]),
		Sequence: binary.BigEndian.Uint32(b[12:]),
		Lifetime: time.Duration(binary.BigEndian.Uint16(b[16:])) * time.Second,
		Port:     binary.BigEndian.Uint16(b[18:]),
	}
	rest := b[fixed:]
	if m.Name, rest, err = name(rest); err != nil {
		return m, fmt.Errorf("name: %w", err)
	}
	if m.Service, rest, err = name(rest); err != nil {
		return m, fmt.Errorf("service: %w", err)
	}
	if len(rest) > 0 {
		return m, fmt.Errorf("%d bytes behind the message", len(rest))
	}
	return m, m.Validate()
}

// Validate says what could not be sent.
func (m Message) Validate() error {
	switch {
	case m.Kind < Announce || m.Kind > Goodbye:
		return fmt.Errorf("kind %d is none", m.Kind)
	case m.Lifetime < time.Second || m.Lifetime > MaxLifetime:
		return fmt.Errorf("lifetime %v: want 1 s to %v", m.Lifetime, MaxLifetime)
	}
	for _, s := range []string{m.Name, m.Service} {
		if err := printable(s); err != nil {
			return err
		}
	}
	return nil
}

// name takes a length and so many bytes from the front of b.
func name(b []byte) (string, []byte, error) {
	if len(b) == 0 || len(b)-1 < int(b[0]) {
		return "", nil, errors.New("cut off")
	}
	end := 1 + int(b[0])
	return string(b[1:end]), b[end:], nil
}

// printable keeps what a stranger calls himself from writing on somebody's terminal.
func printable(s string) error {
	if len(s) < 1 || len(s) > MaxName || !utf8.ValidString(s) {
		return fmt.Errorf("%q: want 1 to %d bytes of UTF-8", s, MaxName)
	}
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return fmt.Errorf("%q: a character that does not print", s)
		}
	}
	return nil
}
