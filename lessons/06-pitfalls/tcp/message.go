package tcp

import (
	"context"
	"io"
	"net"
	"strings"

	"onthewire/lessons/06-pitfalls/pitfall"
	"onthewire/lessons/internal/twelve"
)

// Message takes what a read returns for a message.
var Message = pitfall.Pitfall{
	Number:   10,
	Name:     "message",
	Subjects: []string{"read(2)", "TCP segments", "framing"},
	Title:    "A read is not a message",
	Symptom:  "It works on your machine. From farther away, long messages arrive cut short, and the rest of one is read as the next.",
	Messages: []string{
		"unexpected end of JSON input",
		"invalid character looking for beginning of value",
		"EOF while parsing a value",
	},
	Diagnose: [][2]string{
		{"strace -e trace=read,recvfrom", "a read returns fewer bytes than the peer has written at once"},
		{"the code", "a Read without a loop, or io.ReadFull, or a Scanner around it"},
	},
	Laptop: func(ctx context.Context) (pitfall.Outcome, error) { return oneMessage(ctx, loopback, message{}.broken) },
	Broken: func(ctx context.Context) (pitfall.Outcome, error) { return oneMessage(ctx, farAway, message{}.broken) },
	Fixed:  func(ctx context.Context) (pitfall.Outcome, error) { return oneMessage(ctx, farAway, message{}.fixed) },
}

type message struct{}

// broken reads a message, which is as long as buf.
func (message) broken(conn io.Reader, buf []byte) ([]byte, error) {
	n, err := conn.Read(buf)
	return buf[:n], err
}

// fixed reads a message, which is as long as buf.
func (message) fixed(conn io.Reader, buf []byte) ([]byte, error) {
	n, err := io.ReadFull(conn, buf)
	return buf[:n], err
}

// oneMessage sends a message that is longer than what a new connection may have under way: ten
// segments, until an acknowledgement comes (RFC 6928).
func oneMessage(ctx context.Context, meet meeting, read func(io.Reader, []byte) ([]byte, error)) (o pitfall.Outcome, err error) {
	text := strings.Repeat(twelve.Bytes, 1700)
	err = meet(ctx, func(client, server net.Conn) error {
		if _, err := io.WriteString(client, text); err != nil {
			return err
		}
		got, err := read(server, make([]byte, len(text)))
		if err != nil {
			return err
		}
		o.Add("bytes that the client has written", len(text))
		o.Add("bytes that the server takes for a message", len(got))
		return o.Decide(len(got) < len(text), string(got) == text)
	})
	return o, err
}
