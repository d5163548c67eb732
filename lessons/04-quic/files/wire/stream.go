package wire

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// A Stream gives up when no byte has moved for Idle. Who is slow but steady is served.
type Stream struct {
	Raw interface { // *quic.Stream
		io.ReadWriter
		SetReadDeadline(time.Time) error
		SetWriteDeadline(time.Time) error
	}
	Idle time.Duration
}

func (s *Stream) Read(b []byte) (int, error) {
	s.Raw.SetReadDeadline(time.Now().Add(s.Idle))
	n, err := s.Raw.Read(b)
	return n, s.said(err)
}

// Write goes on as long as the peer takes something at least.
func (s *Stream) Write(b []byte) (written int, err error) {
	for {
		s.Raw.SetWriteDeadline(time.Now().Add(s.Idle))
		n, err := s.Raw.Write(b[written:])
		written += n
		if n == 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			return written, s.said(err)
		}
	}
}

// Send sends a header.
func (s *Stream) Send(h Header) error {
	b, err := h.Append(nil)
	if err == nil {
		_, err = s.Write(b)
	}
	return err
}

// Header reads a header. All of it has to come within Idle.
func (s *Stream) Header() (Header, error) {
	s.Raw.SetReadDeadline(time.Now().Add(s.Idle))
	h, err := Read(s.Raw)
	return h, s.said(err)
}

// Sum reads what stands behind the bytes of a file, of which the sender has skipped some.
func (s *Stream) Sum(skipped int64) (sum [sha256.Size]byte, err error) {
	s.Raw.SetReadDeadline(time.Now().Add(s.Idle + hashTime(skipped)))
	_, err = io.ReadFull(s.Raw, sum[:])
	return sum, s.said(err)
}

// End waits for the other side's FIN.
func (s *Stream) End() error {
	n, err := s.Read(make([]byte, 1))
	switch {
	case n > 0:
		return errors.New("more has come than was announced")
	case err == io.EOF:
		return nil
	}
	return err
}

// said says of a deadline what it was for.
func (s *Stream) said(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("nothing has moved for %v: %w", s.Idle, err)
	}
	return err
}
