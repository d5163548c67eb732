// Package icmp pings: it asks a host for an echo (RFC 792).
//
// Read it in this order: message.go (what is on the wire), ping_linux.go (the sockets).
package icmp

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The types of messages that concern a ping.
const (
	EchoReply    = 0
	Unreachable  = 3
	EchoRequest  = 8
	TimeExceeded = 11
)

// A Message is a question for an echo or the answer to one. Other types have other fields
// in the place of ID and Seq.
type Message struct {
	Type, Code uint8
	ID, Seq    uint16
	Data       []byte // comes back as it was sent
}

const (
	protocol   = 1 // the number of ICMP in an IP header
	headerSize = 8 // type, code, checksum, identifier, sequence
)

// Marshal is the message as it goes on the wire.
func (m Message) Marshal() []byte {
	b := []byte{m.Type, m.Code, 0, 0} // the checksum is 0 while it is computed
	b = binary.BigEndian.AppendUint16(b, m.ID)
	b = binary.BigEndian.AppendUint16(b, m.Seq)
	b = append(b, m.Data...)
	binary.BigEndian.PutUint16(b[2:], Checksum(b))
	return b
}

// Checksum adds up 16 bits at a time, carries what overflows, and inverts the sum
// (RFC 1071). The sum of a message with its checksum in it is therefore 0.
func Checksum(b []byte) uint16 {
	var sum uint32
	for ; len(b) >= 2; b = b[2:] {
		sum += uint32(b[0])<<8 | uint32(b[1])
		sum = sum&0xffff + sum>>16
	}
	if len(b) == 1 {
		sum += uint32(b[0]) << 8
		sum = sum&0xffff + sum>>16
	}
	return ^uint16(sum)
}

var (
	errShort    = errors.New("icmp: the message is shorter than its header")
	errChecksum = errors.New("icmp: the checksum is wrong")
)

// Parse reads a message. Its data stays where it is, in b.
func Parse(b []byte) (Message, error) {
	if len(b) < headerSize {
		return Message{}, errShort
	}
	if Checksum(b) != 0 {
		return Message{}, errChecksum
	}
	return header(b), nil
}

func header(b []byte) Message {
	return Message{
		Type: b[0], Code: b[1],
		ID: binary.BigEndian.Uint16(b[4:]), Seq: binary.BigEndian.Uint16(b[6:]),
		Data: b[headerSize:],
	}
}

// quoted returns the message that an error is about: behind its header an error repeats the
// IP header and the first 8 bytes of the packet that met it. Others than pings meet errors,
// too.
func (m Message) quoted() (about Message, ok bool) {
	if m.Type != Unreachable && m.Type != TimeExceeded {
		return Message{}, false
	}
	head, body, err := splitIP(m.Data)
	if err != nil || len(body) < headerSize || head[9] != protocol {
		return Message{}, false
	}
	about = header(body)
	return about, about.Type == EchoRequest
}

// splitIP cuts an IPv4 packet behind its header. It may be shorter than its header says it
// was: an error repeats only the beginning.
func splitIP(b []byte) (head, body []byte, err error) {
	if len(b) < 20 || b[0]>>4 != 4 {
		return nil, nil, errors.New("icmp: this is no IPv4 packet")
	}
	n := int(b[0]&0x0f) * 4
	if n < 20 || n > len(b) {
		return nil, nil, fmt.Errorf("icmp: a packet of %d bytes has an IP header of %d", len(b), n)
	}
	return b[:n], b[n:], nil
}
