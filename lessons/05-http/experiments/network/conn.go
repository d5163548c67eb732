package network

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// A conn is one end of a connection. What its peer has sent is in in.
type conn struct {
	local, remote addr
	delay         time.Duration
	in            *stream
	peer          *conn
}

func newPair(delay time.Duration, client, server addr) (here, there *conn) {
	here = &conn{local: client, remote: server, delay: delay, in: newStream()}
	there = &conn{local: server, remote: client, delay: delay, in: newStream()}
	here.peer, there.peer = there, here
	return here, there
}

// A stream holds the bytes that have been sent to one end, and those that are under way to it.
type stream struct {
	mu       sync.Mutex
	changed  *sync.Cond
	segments []segment
	fin      time.Time // when the FIN arrives; zero: none was sent
	err      error     // what the end gets from now on: net.ErrClosed, or a reset
	deadline time.Time
	timer    *time.Timer
	lost     bool
}

type segment struct {
	arrives time.Time
	data    []byte
}

func newStream() *stream {
	s := new(stream)
	s.changed = sync.NewCond(&s.mu)
	return s
}

func (s *stream) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed.Broadcast()
}

func (s *stream) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost, s.segments = true, nil
}

// fail makes the end that reads from s fail from now on, unless it has already.
func (s *stream) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil && !s.lost || err == net.ErrClosed {
		s.err, s.segments = err, nil
	}
	s.changed.Broadcast()
}

func (c *conn) Read(b []byte) (int, error) {
	s := c.in
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		now := time.Now()
		switch {
		case s.err != nil:
			return 0, c.opError("read", s.err)
		case !s.deadline.IsZero() && !now.Before(s.deadline):
			return 0, c.opError("read", os.ErrDeadlineExceeded)
		case len(s.segments) > 0 && !now.Before(s.segments[0].arrives):
			n := copy(b, s.segments[0].data)
			if s.segments[0].data = s.segments[0].data[n:]; len(s.segments[0].data) == 0 {
				s.segments = s.segments[1:]
			}
			return n, nil
		case len(s.segments) == 0 && !s.fin.IsZero() && !now.Before(s.fin):
			return 0, io.EOF
		}
		s.changed.Wait()
	}
}

// Write takes everything at once, as a kernel with a large send buffer does. Whether it has
// arrived is another matter.
func (c *conn) Write(b []byte) (int, error) {
	c.in.mu.Lock()
	err := c.in.err
	c.in.mu.Unlock()
	if err != nil {
		if err != net.ErrClosed {
			err = syscall.EPIPE
		}
		return 0, c.opError("write", err)
	}
	to := c.peer.in
	to.mu.Lock()
	defer to.mu.Unlock()
	if to.lost || len(b) == 0 {
		return len(b), nil
	}
	to.segments = append(to.segments, segment{time.Now().Add(c.delay), append([]byte(nil), b...)})
	time.AfterFunc(c.delay, c.arrived)
	return len(b), nil
}

// arrived wakes the peer that reads. If the peer has closed, its kernel answers with RST.
func (c *conn) arrived() {
	to := c.peer.in
	to.mu.Lock()
	defer to.mu.Unlock()
	if to.err != nil {
		time.AfterFunc(c.delay, func() { c.in.fail(syscall.ECONNRESET) })
	}
	to.changed.Broadcast()
}

func (c *conn) Close() error {
	c.in.fail(net.ErrClosed)
	c.SetReadDeadline(time.Time{})
	to := c.peer.in
	to.mu.Lock()
	defer to.mu.Unlock()
	if to.fin.IsZero() && !to.lost {
		to.fin = time.Now().Add(c.delay)
		time.AfterFunc(c.delay, to.wake)
	}
	return nil
}

func (c *conn) SetReadDeadline(t time.Time) error {
	s := c.in
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deadline = t
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	if !t.IsZero() {
		s.timer = time.AfterFunc(time.Until(t), s.wake)
	}
	s.changed.Broadcast()
	return nil
}

func (c *conn) SetDeadline(t time.Time) error    { return c.SetReadDeadline(t) }
func (c *conn) SetWriteDeadline(time.Time) error { return nil } // a write never waits
func (c *conn) LocalAddr() net.Addr              { return c.local }
func (c *conn) RemoteAddr() net.Addr             { return c.remote }

func (c *conn) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Source: c.local, Addr: c.remote, Err: err}
}
