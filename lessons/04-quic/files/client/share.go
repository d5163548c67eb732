package client

import "io"

// A share is what one file adds to the client's counters.
type share struct {
	client     *Client
	have, size int64
}

// at says how much of the file is there when its bytes begin to flow: none, or what came of it
// before. It may be less than it was, because a file that has changed begins again.
func (s *share) at(offset, size int64) {
	s.client.Have.Add(offset - s.have)
	s.have, s.size = offset, size
}

// counted counts what is written of a file. The sum behind it is none of it.
type counted struct {
	io.Writer
	share *share
}

func (w counted) Write(b []byte) (int, error) {
	n, err := w.Writer.Write(b)
	moved := min(int64(n), w.share.size-w.share.have)
	w.share.have += moved
	w.share.client.Have.Add(moved)
	w.share.client.Bytes.Add(moved)
	return n, err
}
