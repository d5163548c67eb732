//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package loop

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/05-http/h1"
)

const (
	httpDate = "Mon, 02 Jan 2006 15:04:05 GMT"
	maxIn    = 128 << 10 // bytes of a request with its body
)

type conn struct {
	fd     int
	server *Server
	in     []byte    // the beginning of a request; nil while there is none
	out    []byte    // what the kernel has not taken; nil while there is nothing
	last   bool      // no answer comes behind out
	ended  bool      // we have finished (FIN)
	over   bool      // it is among the dead
	held   int       // bytes in the kernel, when we last looked
	moved  time.Time // the last answer, or what the kernel took of it
}

// ready goes on where it had to stop: with out, and with the next request once that has gone.
func (c *conn) ready() error {
	if c.over {
		return nil
	}
	if len(c.out) > 0 {
		return c.flush(c.out)
	}
	block := c.server.block
	n, err := read(c.fd, block)
	switch {
	case err == unix.EAGAIN || err == unix.EINTR:
		return nil
	case err != nil:
		c.drop()
		return nil
	case n == 0 && c.ended:
		c.drop() // both have finished
		return nil
	case n == 0:
		c.last = true // what it has asked was answered
		return c.flush(nil)
	case c.last:
		return nil // nobody will answer that
	}
	if len(c.in) > 0 {
		c.in = append(c.in, block[:n]...)
		return c.answer(c.in)
	}
	return c.answer(block[:n])
}

// answer answers all whole requests in b, many with one write, as long as the client takes the
// answers. What is behind them has to wait.
func (c *conn) answer(b []byte) error {
	for {
		out := c.server.out[:0]
		for len(b) > 0 && len(out) < len(c.server.block) && !c.last {
			r, err := next(b)
			if refusal, ok := err.(*h1.Refusal); ok {
				c.last = true
				out = fmt.Appendf(out, "HTTP/1.1 %d %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s\n",
					refusal.Status, http.StatusText(refusal.Status), len(refusal.Why)+1, refusal.Why)
			}
			if r.length == 0 {
				break
			}
			b, c.last = b[r.length:], r.last
			out = c.server.append(out, r)
		}
		c.server.out = out
		if c.in = append(c.in[:0], b...); len(b) == 0 || c.last {
			c.in = nil // who is idle owns no memory
		}
		if err := c.flush(out); err != nil || len(out) == 0 || len(c.out) > 0 || len(c.in) == 0 || c.over {
			return err
		}
		b = c.in
	}
}

func (s *Server) append(out []byte, r request) []byte {
	out = append(out, "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nDate: "...)
	out = append(out, s.date...)
	out = append(out, "\r\nContent-Length: "...)
	out = strconv.AppendInt(out, int64(len(s.Body)), 10)
	if r.last {
		out = append(out, "\r\nConnection: close"...)
	}
	out = append(out, "\r\n\r\n"...)
	if r.head {
		return out
	}
	return append(out, s.Body...)
}

// flush writes until the kernel takes no more, and then waits for room instead of requests.
func (c *conn) flush(out []byte) error {
	waited := len(c.out) > 0
	for len(out) > 0 {
		n, err := write(c.fd, out)
		if err == unix.EAGAIN {
			break
		}
		if err != nil {
			c.drop() // it has gone
			return nil
		}
		out, c.moved = out[n:], c.server.now
	}
	if len(out) > 0 != waited {
		if err := c.server.poller.turn(c.fd, !waited); err != nil {
			return err
		}
	}
	if len(out) > 0 && !waited {
		out = bytes.Clone(out) // the next client needs the server's memory
	}
	if c.out = out; len(out) == 0 {
		c.out = nil
		if c.last && !c.ended {
			c.ended, c.moved = true, c.server.now
			unix.Shutdown(c.fd, unix.SHUT_WR)
		}
		if len(c.in) > 0 && waited {
			return c.answer(c.in)
		}
	}
	return nil
}

// judge ends what takes too long. It comes behind the events of its round: who was suspended
// wakes to what has arrived in time.
func (c *conn) judge(pause bool) {
	s := c.server
	if held := unsent(c.fd); held != c.held {
		c.held, c.moved = held, s.now
	}
	quiet := s.now.Sub(c.moved)
	switch {
	case c.over:
	case c.ended && (quiet > linger && c.held == 0):
		c.drop()
	case s.stopping() && len(c.out) == 0 && !c.ended && (pause || quiet > stall):
		c.last = true
		c.flush(nil)
	case quiet > whole, s.stopping() && (quiet > stall || s.now.After(s.stopBy)):
		if missing := len(c.out) + c.held; missing > 0 {
			unix.SetsockoptLinger(c.fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
			if s.stopping() {
				s.cut.Clients, s.cut.Bytes = s.cut.Clients+1, s.cut.Bytes+missing
			}
		}
		c.drop()
	}
}

func (c *conn) drop() {
	if !c.over {
		c.over = true
		c.server.dead = append(c.server.dead, c)
	}
}
