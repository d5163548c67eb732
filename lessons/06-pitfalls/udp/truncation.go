// Package udp has the pitfalls of datagrams.
package udp

import (
	"context"
	"errors"
	"net"
	"strings"

	"onthewire/lessons/06-pitfalls/pitfall"
	"onthewire/lessons/internal/twelve"
)

// Truncation reads datagrams into a buffer that is just long enough for those that it expects.
var Truncation = pitfall.Pitfall{
	Number:   16,
	Name:     "truncation",
	Subjects: []string{"recvfrom(2)", "MSG_TRUNC", "datagram"},
	Title:    "A datagram that is longer than its buffer",
	Symptom:  "Now and then a message ends early. No error comes with it, and the rest of it is nowhere.",
	Messages: []string{
		"unexpected end of JSON input",
		"dns: overflow unpacking",
		"dns: buffer size too small",
		"A message sent on a datagram socket was larger than the internal message buffer",
		"failed to fill whole buffer",
	},
	Diagnose: [][2]string{
		{"strace -e trace=recvfrom,recvmsg", "a read that returns exactly as many bytes as there was room for, or MSG_TRUNC among the flags"},
		{"tcpdump -v", "the length on the wire is larger"},
	},
	Laptop: func(ctx context.Context) (pitfall.Outcome, error) { return oneDatagram(ctx, 10, truncation{}.broken) },
	Broken: func(ctx context.Context) (pitfall.Outcome, error) { return oneDatagram(ctx, 60, truncation{}.broken) },
	Fixed:  func(ctx context.Context) (pitfall.Outcome, error) { return oneDatagram(ctx, 60, truncation{}.fixed) },
}

const most = 512 // bytes of a message

var errTooLong = errors.New("a message has at most 512 bytes")

type truncation struct{}

// broken reads a message. The error is errTooLong if it is longer than most.
func (truncation) broken(conn net.PacketConn) ([]byte, error) {
	buf := make([]byte, most)
	n, _, err := conn.ReadFrom(buf)
	if n > most {
		return nil, errTooLong
	}
	return buf[:n], err
}

// fixed reads a message. The error is errTooLong if it is longer than most.
func (truncation) fixed(conn net.PacketConn) ([]byte, error) {
	buf := make([]byte, most+1) // the kernel throws away what does not fit, so have room to see that it is more
	n, _, err := conn.ReadFrom(buf)
	if n > most {
		return nil, errTooLong
	}
	return buf[:n], err
}

// oneDatagram sends a message of so many times twelve bytes.
func oneDatagram(ctx context.Context, times int, read func(net.PacketConn) ([]byte, error)) (o pitfall.Outcome, err error) {
	text := strings.Repeat(twelve.Bytes, times)
	err = sockets(ctx, func(client, server net.PacketConn) error {
		if _, err := client.WriteTo([]byte(text), server.LocalAddr()); err != nil {
			return err
		}
		got, err := read(server)
		o.Add("bytes sent", len(text))
		if err != nil {
			o.Add("the server says", err.Error())
		} else {
			o.Add("bytes that the server takes for a message", len(got))
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return o.Decide(err == nil && len(got) < len(text), errors.Is(err, errTooLong) || string(got) == text)
	})
	return o, err
}

// sockets are two on loopback, which close with ctx.
func sockets(ctx context.Context, play func(client, server net.PacketConn) error) error {
	server, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer server.Close()
	client, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer client.Close()
	defer context.AfterFunc(ctx, func() { server.Close(); client.Close() })()
	return play(client, server)
}
