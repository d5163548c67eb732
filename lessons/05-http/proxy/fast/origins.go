package fast

import (
	"bufio"
	"context"
	"net"
	"sync"
	"time"
)

const (
	keep       = 30 * time.Second // that a connection is kept without a request
	perOrigin  = 250              // so many are kept
	altogether = 1000
)

var blocks = sync.Pool{New: func() any { return new([16 << 10]byte) }}

// An origin is a connection to one.
type origin struct {
	net.Conn
	address string
	in      *bufio.Reader // of what our Read brings
	timeout time.Duration // for that
	look    looking
	since   time.Time // when it was put aside
}

func (o *origin) Read(p []byte) (int, error) {
	o.SetReadDeadline(time.Now().Add(o.timeout))
	return o.Conn.Read(p)
}

// What a look finds.
const (
	unknown = iota
	silent
	speaks
	ended
)

// origins are the connections that nobody uses, by address. The last is used first, so that
// those which are too many grow old.
type origins struct {
	dial  func(ctx context.Context, network, address string) (net.Conn, error)
	mu    sync.Mutex
	kept  map[string][]*origin
	count int
	over  bool
}

// get takes a connection, or opens one. What a connection says without being asked is no answer
// to what we ask next, so we look before we use it.
func (s *origins) get(ctx context.Context, address string, kept bool) (o *origin, used bool, err error) {
	for kept {
		if o = s.take(address); o == nil {
			break
		}
		if o.look.at() == silent {
			return o, true, nil
		}
		o.Close()
	}
	conn, err := s.dial(ctx, "tcp", address)
	if err != nil {
		return nil, false, err
	}
	o = &origin{Conn: conn, address: address, timeout: silence, look: looker(conn)}
	o.in = bufio.NewReaderSize(o, lineSize)
	return o, false, nil
}

func (s *origins) take(address string) *origin {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.kept[address]
	if len(list) == 0 {
		return nil
	}
	o := list[len(list)-1]
	s.kept[address] = list[:len(list)-1]
	s.count--
	return o
}

// put keeps a connection whose answer has come whole, if nothing lies behind that.
func (s *origins) put(o *origin, a *answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a.close || o.in.Buffered() > 0 || s.over || len(s.kept[o.address]) >= perOrigin || s.count >= altogether {
		o.Close()
		return
	}
	if s.kept == nil {
		s.kept = make(map[string][]*origin)
	}
	o.since = time.Now()
	s.kept[o.address] = append(s.kept[o.address], o)
	s.count++
}

// expire closes what is too old, and all of them when ctx ends.
func (s *origins) expire(ctx context.Context) {
	ticker := time.NewTicker(keep / 3)
	defer ticker.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
		s.sweep(ctx.Err() != nil)
	}
}

func (s *origins) sweep(all bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = s.over || all
	for address, list := range s.kept {
		old := 0
		for old < len(list) && (all || time.Since(list[old].since) > keep) {
			list[old].Close()
			old++
		}
		s.count -= old
		if s.kept[address] = list[old:]; len(list) == old {
			delete(s.kept, address)
		}
	}
}
