package client

import "io"

// A share is what one file adds to the client's counters.
type share struct {
	client     *Client
	arrives    bool // else it is sent, and only the other side knows what has arrived
	have, size int64
	most       int64 // that it ever had
	moved      int64 // grows whenever the other side, or we, have something new
}

func (s *share) progress(n int64) {
	s.moved += n
	s.client.progress.Add(n)
}

// at says how much of the file is there when its bytes begin to flow: none, or what came of it
// before. It may be less than it was, because a file that has changed begins again.
func (s *share) at(offset, size int64) {
	s.client.Have.Add(offset - s.have)
	s.have, s.size = offset, size
	if offset > s.most && !s.arrives {
		s.progress(offset - s.most)
	}
	s.most = max(s.most, offset)
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
	if w.share.arrives {
		w.share.progress(moved)
	}
	return n, err
}
