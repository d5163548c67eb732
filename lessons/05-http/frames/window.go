package frames

import (
	"errors"

	"golang.org/x/net/http2"
)

// giveBack returns what a DATA frame has used of the two windows, once we have its bytes
// (RFC 9113, section 6.9). So the server may go on for as long as we read.
func (c *Conn) giveBack(f *http2.DataFrame, body int) error {
	if body > MaxBody {
		c.framer.WriteRSTStream(f.StreamID, http2.ErrCodeCancel)
		return errors.New("the body has more than we take")
	}
	if err := c.give(0, f.Length); err != nil || f.StreamEnded() {
		return err
	}
	return c.give(f.StreamID, f.Length)
}

// give lets the server send n bytes more of DATA, on a stream or, for 0, on the connection.
func (c *Conn) give(stream, n uint32) error {
	if n == 0 {
		return nil // such a WINDOW_UPDATE is an error
	}
	if err := c.framer.WriteWindowUpdate(stream, n); err != nil {
		return c.failed("give more window", err)
	}
	return nil
}
