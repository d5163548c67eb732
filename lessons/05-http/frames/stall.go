package frames

import (
	"errors"
	"fmt"

	"golang.org/x/net/http2"
)

// Stalled is how far two downloads have come on one connection, of which one is not read.
type Stalled struct {
	Unread   int // bytes that came of what nobody reads
	Read     int // bytes that came of the other
	Released int // and once the connection had its window back
}

// Stall begins a download that nobody reads, so that its stream gets no window back. Then it
// begins another, and reads it. Who is careful gives the connection its window back for the first
// one, too, by counting what lies there. Who is careless does so when it is read, which is never.
func (c *Conn) Stall(path string, careless bool) (s Stalled, err error) {
	unread, read := c.next, c.next+2
	c.next += 4
	if err := c.framer.WriteHeaders(c.get(unread, path)); err != nil {
		return s, c.failed("ask", err)
	}
	for s.Unread < Window {
		f, err := c.data(unread)
		if err != nil {
			return s, err
		}
		if s.Unread += len(f.Data()); f.StreamEnded() {
			return s, fmt.Errorf("%s: %d bytes do not fill a window of %d", path, s.Unread, Window)
		}
		if !careless {
			if err := c.give(0, f.Length); err != nil {
				return s, err
			}
		}
	}
	if err := c.framer.WriteHeaders(c.get(read, path)); err != nil {
		return s, c.failed("ask", err)
	}
	if !careless {
		s.Read, err = c.drain(read)
		return s, err
	}
	if s.Read, err = c.waits(read); err != nil {
		return s, err
	}
	if err := c.give(0, uint32(s.Unread)); err != nil {
		return s, err
	}
	s.Released, err = c.drain(read)
	return s, err
}

// drain reads what comes on a stream, to its end.
func (c *Conn) drain(stream uint32) (n int, err error) {
	for {
		f, err := c.data(stream)
		if err != nil {
			return n, err
		}
		n += len(f.Data())
		if f.StreamEnded() {
			return n, nil
		}
		if err := c.giveBack(f, n); err != nil {
			return n, err
		}
	}
}

// data waits for a DATA frame on a stream.
func (c *Conn) data(stream uint32) (*http2.DataFrame, error) {
	for {
		frame, err := c.read(stream)
		if err != nil {
			return nil, err
		}
		switch f := frame.(type) {
		case *http2.DataFrame:
			if f.StreamID == stream {
				return f, nil
			}
		case *http2.MetaHeadersFrame:
			if f.StreamID == stream && f.StreamEnded() {
				return nil, errors.New("an answer without a body")
			}
		}
	}
}

// waits counts the bytes that come on a stream until its answer has begun and a PING has been
// answered after that: the connection is alive, and whatever could come has come.
func (c *Conn) waits(stream uint32) (n int, err error) {
	for {
		frame, err := c.read(stream)
		if err != nil {
			return n, err
		}
		switch f := frame.(type) {
		case *http2.MetaHeadersFrame:
			if f.StreamID == stream {
				err = c.framer.WritePing(false, [8]byte{})
			}
		case *http2.DataFrame:
			if f.StreamID == stream {
				n += len(f.Data())
			}
		case *http2.PingFrame:
			if f.IsAck() {
				return n, nil
			}
		}
		if err != nil {
			return n, c.failed("ask whether somebody is there", err)
		}
	}
}
