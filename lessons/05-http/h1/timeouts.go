package h1

import (
	"errors"
	"io"
	"net"
	"os"
	"time"
)

const (
	minRate = 500                   // bytes a second that a body has to bring in the long run
	tick    = 20 * time.Millisecond // how long a server that stops waits for another request
	stall   = time.Second           // and for more of one that has begun
	glance  = time.Millisecond      // for what has come while nobody could look: less than a byte takes at minRate
	linger  = 2 * time.Second       // for a client to close behind us
	grace   = time.Second / 2       // for a handler to notice that nobody waits for it any more
)

// Timeouts are how long things may take. Where one is 0, the comment has it.
type Timeouts struct {
	Idle  time.Duration // that a client says nothing between two requests: 1 min
	Head  time.Duration // that we wait for a head, from its first byte: 10 s
	Body  time.Duration // for a body that does not come at 500 bytes a second: 10 s
	Write time.Duration // that a client does not take 16 KB of an answer: 10 s
	Drain time.Duration // for all, when the server stops: 4 s
}

func (t Timeouts) orDefaults() Timeouts {
	set := func(d *time.Duration, otherwise time.Duration) {
		if *d == 0 {
			*d = otherwise
		}
	}
	set(&t.Idle, time.Minute)
	set(&t.Head, 10*time.Second)
	set(&t.Body, 10*time.Second)
	set(&t.Write, 10*time.Second)
	set(&t.Drain, 4*time.Second)
	return t
}

// A wait is what reading may take. Only the time inside Read counts: if the handler is slow,
// that is not the client's fault.
type wait struct {
	left time.Duration
	most time.Duration // bytes bring time back, up to this; 0: they do not
	idle bool          // nothing of a request is there
}

// until is how long the next read may take. try is 1 if a deadline has just passed.
func (w wait) until(try int, stopping bool) time.Duration {
	switch {
	case stopping && w.idle:
		return tick
	case stopping:
		return max(glance, min(w.left, stall))
	case try > 0:
		return glance
	}
	return w.left
}

// Read fills the buffer of the connection. A process that was suspended, or told to stop,
// wakes to a deadline that is over and perhaps to bytes that came in time. So it asks once
// more before it believes the deadline.
func (c *conn) Read(p []byte) (n int, err error) {
	for try := range 2 {
		begun, stopping := time.Now(), c.stop.Err() != nil
		c.SetReadDeadline(begun.Add(c.wait.until(try, stopping)))
		if !stopping && c.stop.Err() != nil {
			continue // told in between: we have undone the deadline that was to tell us
		}
		n, err = c.Conn.Read(p)
		c.wait.left -= time.Since(begun)
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
	}
	if c.wait.most > 0 {
		c.wait.left = min(c.wait.most, c.wait.left+time.Duration(n)*time.Second/minRate)
	}
	return n, err
}

// Write sends a piece of an answer, and returns when the kernel has taken it.
func (c *conn) Write(p []byte) (n int, err error) {
	for _, timeout := range [...]time.Duration{c.server.Timeouts.Write, glance} {
		c.SetWriteDeadline(time.Now().Add(timeout))
		var more int
		more, err = c.Conn.Write(p[n:])
		if n += more; !errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
	}
	return n, err
}

// linger ends a connection so that what we have said is heard (RFC 9112, section 9.6). To a
// byte that comes to a closed socket the kernel answers with RST. Then the client's next write
// fails, and it may never read the refusal that lies in its buffer, if RST has not emptied
// that. So we finish (FIN), and read on until the client has finished too.
func (c *conn) linger() {
	half, ok := c.Conn.(interface{ CloseWrite() error })
	if ok && half.CloseWrite() == nil {
		c.SetReadDeadline(time.Now().Add(linger))
		io.Copy(io.Discard, c.Conn)
	}
	c.Close()
}

// reset closes so that the client cannot take what it has for all there is.
func (c *conn) reset() {
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	c.Close()
}
