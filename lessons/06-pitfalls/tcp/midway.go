package tcp

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"onthewire/lessons/06-pitfalls/pitfall"
	"onthewire/lessons/internal/twelve"
)

// Midway looks up from a connection now and then, by a deadline, and forgets what it has read.
var Midway = pitfall.Pitfall{
	Number:   13,
	Name:     "midway",
	Subjects: []string{"SetReadDeadline", "io.ReadFull", "framing"},
	Title:    "A deadline in mid-message",
	Symptom:  "After hours without a fault a connection brings nonsense, and goes on doing so: each message is the end of one and the beginning of the next.",
	Messages: []string{
		"invalid message length",
		"frame with length exceeds maximum",
		"unexpected message type",
		"protocol error: bad magic",
		"modbus: response transaction id",
		"out of sync",
	},
	Diagnose: [][2]string{
		{"the log", "the first bad message comes right behind a timeout that somebody took for harmless"},
		{"tcpdump -X", "on the wire all messages are whole"},
	},
	Laptop: func(ctx context.Context) (pitfall.Outcome, error) { return pausing(ctx, 0, midway{}.broken) },
	Broken: func(ctx context.Context) (pitfall.Outcome, error) { return pausing(ctx, 7, midway{}.broken) },
	Fixed:  func(ctx context.Context) (pitfall.Outcome, error) { return pausing(ctx, 7, midway{}.fixed) },
}

type midway struct{}

// broken reads a message, which is as long as buf, and looks up each time nothing has come for
// a while.
func (midway) broken(conn net.Conn, buf []byte, look func() error) error {
	for {
		conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		_, err := io.ReadFull(conn, buf)
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
		if err := look(); err != nil {
			return err
		}
	}
}

// fixed reads a message, which is as long as buf, and looks up each time nothing has come for
// a while.
func (midway) fixed(conn net.Conn, buf []byte, look func() error) error {
	got := 0
	for {
		conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		n, err := io.ReadFull(conn, buf[got:])
		got += n // what has come stays
		if err == io.EOF && got > 0 {
			return io.ErrUnexpectedEOF
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
		if err := look(); err != nil {
			return err
		}
	}
}

// pausing sends two messages. Behind so many bytes the client pauses until the server has looked
// up.
func pausing(ctx context.Context, behind int, read func(net.Conn, []byte, func() error) error) (o pitfall.Outcome, err error) {
	err = loopback(ctx, func(client, server net.Conn) error {
		text := twelve.Bytes + twelve.Bytes
		if _, err := io.WriteString(client, text[:behind]); err != nil {
			return err
		}
		var rest sync.Once
		look := func() (err error) {
			rest.Do(func() { _, err = io.WriteString(client, text[behind:]) })
			return errors.Join(err, ctx.Err())
		}
		got := make([]byte, len(twelve.Bytes))
		if err := read(server, got, look); err != nil {
			return err
		}
		o.Add("the client has said, twice", twelve.Bytes)
		o.Add("the server reads", string(got))
		return o.Decide(string(got) == text[behind:][:len(got)] && behind > 0, string(got) == twelve.Bytes)
	})
	return o, err
}
