package network

import (
	"bytes"
	"io"
	"net"
	"os"
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

func (c *conn) Read(b []byte) (int, error) {
	s := c.in
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		now := time.Now()
		switch {
		case s.err != nil:
			return 0, c.opError("read", s.err)
		case s.readBy.passed():
			return 0, c.opError("read", os.ErrDeadlineExceeded)
		case len(s.segments) > 0 && !now.Before(s.segments[0].arrives):
			n := copy(b, s.segments[0].data)
			if s.segments[0].data = s.segments[0].data[n:]; len(s.segments[0].data) == 0 {
				s.segments = s.segments[1:]
			}
			s.bytes -= n
			s.read += n
			s.changed.Broadcast()
			return n, nil
		case len(s.segments) == 0 && !s.fin.IsZero() && !now.Before(s.fin):
			return 0, io.EOF
		}
		s.changed.Wait()
	}
}

// Write takes what there is room for at once. Whether it arrives is another matter.
func (c *conn) Write(b []byte) (n int, err error) {
	to := c.peer.in
	for len(b) > n {
		if err := c.failed(); err != nil {
			return n, c.opError("write", err)
		}
		to.mu.Lock()
		switch room := window - to.bytes; {
		case to.writeBy.passed():
			to.mu.Unlock()
			return n, c.opError("write", os.ErrDeadlineExceeded)
		case to.lost:
			n = len(b)
		case room > 0:
			part := bytes.Clone(b[n:min(len(b), n+room)])
			to.segments = append(to.segments, segment{time.Now().Add(c.delay), part})
			to.bytes += len(part)
			to.sent += len(part)
			n += len(part)
			end := to.sent
			after(c.delay, func() { c.arrived(end) })
		default:
			to.changed.Wait()
		}
		to.mu.Unlock()
	}
	return n, nil
}

// failed is why this end can send no more.
func (c *conn) failed() error {
	c.in.mu.Lock()
	defer c.in.mu.Unlock()
	if c.in.err != nil && c.in.err != net.ErrClosed {
		return syscall.EPIPE
	}
	return c.in.err
}

// arrived wakes the peer that reads. If the peer has closed without having read as far as that,
// its kernel answers with RST.
func (c *conn) arrived(end int) {
	to := c.peer.in
	to.mu.Lock()
	defer to.mu.Unlock()
	if to.err != nil && to.read < end {
		after(c.delay, func() {
			c.in.fail(syscall.ECONNRESET)
			to.wake()
		})
	}
	to.changed.Broadcast()
}

func (c *conn) Close() error {
	c.in.fail(net.ErrClosed)
	c.SetDeadline(time.Time{})
	to := c.peer.in
	to.mu.Lock()
	defer to.mu.Unlock()
	if to.fin.IsZero() && !to.lost {
		to.fin = time.Now().Add(c.delay)
		after(c.delay, to.wake)
	}
	to.changed.Broadcast() // a Write of ours may wait
	return nil
}

func (c *conn) SetDeadline(t time.Time) error {
	c.SetWriteDeadline(t)
	return c.SetReadDeadline(t)
}

func (c *conn) SetReadDeadline(t time.Time) error  { return c.in.set(&c.in.readBy, t) }
func (c *conn) SetWriteDeadline(t time.Time) error { return c.peer.in.set(&c.peer.in.writeBy, t) }

func (c *conn) LocalAddr() net.Addr  { return c.local }
func (c *conn) RemoteAddr() net.Addr { return c.remote }

func (c *conn) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Source: c.local, Addr: c.remote, Err: err}
}
