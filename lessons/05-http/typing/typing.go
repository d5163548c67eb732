// Package typing sends what somebody types, and notes what comes back, and when.
package typing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// A Piece is some bytes that went one way, or the end of that way.
type Piece struct {
	Sent  bool          // by us
	After time.Duration // since the connection is there
	Bytes []byte        // none: nothing more comes this way (FIN)
}

// A Keyboard is where the bytes come from.
type Keyboard struct {
	From io.Reader
	Bare bool // send LF as it is; otherwise a CR comes before it, if none does
}

// Talk sends each line as soon as it is typed, and shows each piece as it goes or comes. When
// the typing ends, it closes its half of the connection. It returns when the peer has closed
// the other half, or when ctx ends. The connection is closed then.
//
// A read from a keyboard cannot be called off. It is left behind, until a line is typed.
func (k Keyboard) Talk(ctx context.Context, conn net.Conn, show func(Piece)) error {
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	c := conversation{pieces: make(chan Piece), over: make(chan struct{})}
	defer close(c.over)
	typed, heard := make(chan error, 1), make(chan error, 1)
	go func() { typed <- k.send(conn, c) }()
	go func() { heard <- receive(conn, c) }()
	for begun := time.Now(); ; {
		select {
		case p := <-c.pieces:
			p.After = time.Since(begun)
			show(p)
		case err := <-typed:
			if err != nil {
				return err
			}
			typed = nil
		case err := <-heard:
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return err
		}
	}
}

// A conversation is what both ways are noted in, one piece after the other.
type conversation struct {
	pieces chan Piece
	over   chan struct{} // closed once nobody wants to hear of it any more
}

func (c conversation) note(p Piece) (wanted bool) {
	select {
	case c.pieces <- p:
		return true
	case <-c.over:
		return false
	}
}

// send sends until the keyboard ends. A line is noted before it leaves, so that no answer to
// it can be noted first.
func (k Keyboard) send(conn net.Conn, c conversation) error {
	block, last := make([]byte, 4096), byte(0)
	for {
		n, err := k.From.Read(block)
		for line := range bytes.Lines(block[:n]) {
			if !k.Bare {
				line = withCR(line, last)
			}
			last = line[len(line)-1]
			if !c.note(Piece{Sent: true, Bytes: bytes.Clone(line)}) {
				return nil
			}
			if _, err := conn.Write(line); err != nil {
				return nil // whoever has closed may have said why, and receive reads that
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			if c.note(Piece{Sent: true}) {
				closeWrite(conn)
			}
			return nil
		case err != nil:
			return fmt.Errorf("read what is typed: %w", err)
		}
	}
}

// withCR puts a CR before the LF, if there is one and no CR is there already. last is the byte
// before the line.
func withCR(line []byte, last byte) []byte {
	end := len(line) - 1
	if end > 0 {
		last = line[end-1]
	}
	if line[end] != '\n' || last == '\r' {
		return line
	}
	return append(bytes.Clone(line[:end]), "\r\n"...)
}

// closeWrite says that nothing more comes from us. If that fails, the connection is broken,
// and reading from it says how.
func closeWrite(conn net.Conn) {
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
}

// receive reads until the peer has closed.
func receive(conn net.Conn, c conversation) error {
	for {
		block := make([]byte, 4096)
		n, err := conn.Read(block)
		if n > 0 && !c.note(Piece{Bytes: block[:n]}) {
			return nil
		}
		switch {
		case err == io.EOF:
			c.note(Piece{})
			return nil
		case err != nil:
			return fmt.Errorf("read the answer: %w", err)
		}
	}
}
