package frames

import (
	"errors"
	"fmt"

	"golang.org/x/net/http2"
)

// Stalled is how far two downloads have come on one connection, of which one is not read.
type Stalled struct {
	Read, Unread int  // bytes that came, when nothing could come any more
	Ended        bool // what is read has come to its end by then
	Released     int  // bytes of it that came once the connection had its window back
}

// Stall downloads the same twice. The first we read, the second nobody does, so its stream
// gets no window back. Who is careful gives the connection its window back all the same, by
// counting what lies there. Who is careless gives it back when it is read, and that is never.
func (c *Conn) Stall(path string, careless bool) (s Stalled, err error) {
	read, unread := c.next, c.next+2
	c.next += 4
	for _, stream := range []uint32{read, unread} {
		if err := c.framer.WriteHeaders(c.get(stream, path)); err != nil {
			return s, c.failed("ask", err)
		}
	}
	for s.Unread < Window || !careless && !s.Ended {
		f, err := c.data(read, unread)
		if err != nil {
			return s, err
		}
		switch {
		case f.StreamID == read:
			s.Read += len(f.Data())
			s.Ended = f.StreamEnded()
			err = c.giveBack(f, s.Read)
		case f.StreamEnded():
			err = fmt.Errorf("%s: %d bytes, which do not fill a window of %d", path, s.Unread+len(f.Data()), Window)
		default:
			s.Unread += len(f.Data())
			if !careless {
				err = c.give(0, f.Length)
			}
		}
		if err != nil {
			return s, err
		}
	}
	if s.Ended {
		return s, nil
	}
	// All of the connection's window lies in what nobody reads, so none is under way.
	if err := c.give(0, uint32(s.Unread)); err != nil {
		return s, err
	}
	for ended := false; !ended; {
		f, err := c.data(read, unread)
		if err != nil {
			return s, err
		}
		s.Released += len(f.Data())
		ended = f.StreamEnded()
		if err := c.giveBack(f, s.Read+s.Released); err != nil {
			return s, err
		}
	}
	return s, nil
}

// data waits for a DATA frame on one of two streams.
func (c *Conn) data(one, two uint32) (*http2.DataFrame, error) {
	for {
		frame, err := c.read(one)
		if err != nil {
			return nil, err
		}
		switch f := frame.(type) {
		case *http2.DataFrame:
			if f.StreamID == one || f.StreamID == two {
				return f, nil
			}
		case *http2.MetaHeadersFrame:
			if f.StreamEnded() {
				return nil, errors.New("an answer without a body")
			}
		}
		if err := over(frame, two); err != nil {
			return nil, err
		}
	}
}
