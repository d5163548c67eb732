package fast

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"onthewire/lessons/05-http/h1"
)

// How a connection goes on for us, or ends.
const (
	goOn   = iota
	hangUp // everything is said
	reset  // half an answer is, and it has to look like half
	handOn // the next request is somebody else's
)

// A client is one connection, and the goroutine that serves it.
type client struct {
	net.Conn
	front      *Front
	stop, over context.Context
	look       looking
	in         *bufio.Reader // of what our Read brings
	seen       []byte        // all that came since the last request: whoever gets the next has to read it
	until      time.Time     // that reading may take
	idle       bool          // nothing of a request is there
	out        []byte        // what leaves in one write
	asked      atomic.Pointer[origin]
}

// converse answers one request after the other.
func (c *client) converse() (end int) {
	for {
		if !c.awaited() {
			return hangUp
		}
		begun := time.Now()
		r, err := h1.ReadRequest(c.in, h1.Limits{})
		if err != nil {
			c.refuse(err)
			return hangUp
		}
		w, ok := c.front.plain(r)
		if !ok {
			return handOn
		}
		c.seen = append(c.seen[:0], c.seen[len(c.seen)-c.in.Buffered():]...)
		done := Done{Client: c.RemoteAddr(), Method: r.Method, Target: r.Target}
		end, done.Err = c.forward(r, w, &done)
		if done.Took = time.Since(begun); c.front.Report != nil {
			c.front.Report(done)
		}
		if end != goOn {
			return end
		}
	}
}

// last tells whether no request comes behind this one, or is to be answered.
func (c *client) last(r *h1.Request) bool {
	return r.Close || c.stop.Err() != nil && c.in.Buffered() == 0
}

// awaited waits for the first byte of a request, and lets an empty line before it pass.
func (c *client) awaited() bool {
	c.idle, c.until = true, time.Now().Add(idle)
	first, err := c.in.Peek(1)
	if err == nil && first[0] == '\r' {
		if two, _ := c.in.Peek(2); string(two) == "\r\n" {
			c.in.Discard(2)
		}
		_, err = c.in.Peek(1)
	}
	c.idle, c.until = false, time.Now().Add(head)
	return err == nil
}

// Read fills the buffer. Somebody who stops sets a deadline that is over, and then there is a
// moment for a request that is on its way.
func (c *client) Read(p []byte) (n int, err error) {
	for range 2 {
		stopping, until := c.stop.Err() != nil, c.until
		if stopping && c.idle {
			until = time.Now().Add(tick)
		}
		c.SetReadDeadline(until)
		if !stopping && c.stop.Err() != nil {
			continue
		}
		n, err = c.Conn.Read(p)
		if !errors.Is(err, os.ErrDeadlineExceeded) || stopping || c.stop.Err() == nil {
			break
		}
	}
	c.seen = append(c.seen, p[:n]...)
	return n, err
}

// send writes what has come together.
func (c *client) send() error {
	c.SetWriteDeadline(time.Now().Add(silence))
	_, err := c.Write(c.out)
	c.out = c.out[:0]
	return err
}

// say answers by ourselves.
func (c *client) say(status int, why string, last bool) error {
	closes := ""
	if last {
		closes = "Connection: close\r\n"
	}
	c.out = fmt.Appendf(c.out[:0], "HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n%s\r\n%s\n",
		status, http.StatusText(status), len(why)+1, closes, why)
	return c.send()
}

// status is what a client is told of an origin that did not answer.
func (c *client) status(err error) int {
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded) {
		return http.StatusGatewayTimeout
	}
	if c.front.Status != nil {
		return c.front.Status(err)
	}
	return http.StatusBadGateway
}

// refuse tells the client what is wrong with its request.
func (c *client) refuse(err error) {
	status, why := http.StatusBadRequest, "the connection has ended, and the request has not"
	if refusal, ok := errors.AsType[*h1.Refusal](err); ok {
		status, why = refusal.Status, refusal.Why
	} else if errors.Is(err, os.ErrDeadlineExceeded) {
		status, why = http.StatusRequestTimeout, "the request has not come to its end in time"
	}
	c.say(status, why, true)
	if c.front.Report != nil {
		c.front.Report(Done{Client: c.RemoteAddr(), Status: status, Err: err})
	}
}

// cut ends everything at once.
func (c *client) cut() {
	c.Close()
	if o := c.asked.Load(); o != nil {
		o.Close()
	}
}

// hangUp closes so that what we have said is heard, though the client may still be sending.
func (c *client) hangUp() {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		wait := linger
		if c.stop.Err() != nil {
			wait = farewell
		}
		c.SetReadDeadline(time.Now().Add(wait))
		io.Copy(io.Discard, c.Conn)
	}
	c.Close()
}
