package h1

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
)

// discard is how many bytes of a body that the handler has left are read for the sake of the
// next request. Where there are more, a new connection is cheaper.
const discard = 256 << 10

// A conn is one connection, and the goroutine that serves it.
type conn struct {
	net.Conn
	server   *Server
	stop     context.Context // ends when the server is to stop
	in       *bufio.Reader   // of what our Read brings
	request  Request
	response Response
	framed   io.Reader // the request's body
	broken   error     // what was wrong with it
	wait     wait
}

// converse answers one request after the other, in their order, until one of the two wants
// to close. The error is why it had to be: a *Refusal, a handler's mistake, a broken line.
func (c *conn) converse() error {
	for {
		if !c.awaited() {
			return nil // the client has gone, or has been silent for too long
		}
		err := c.request.read(c.in, c.server.Limits)
		c.response.reset(&c.request)
		if err == nil {
			err = c.answer()
		}
		if err != nil {
			return c.fail(err)
		}
		if c.response.Close || !c.skipped() {
			return nil
		}
	}
}

// awaited waits for the first byte of a request. An empty line before it is let pass, since
// clients of long ago sent one behind a body (RFC 9112, section 2.2).
func (c *conn) awaited() bool {
	c.wait = wait{left: c.server.Timeouts.Idle, idle: true}
	first, err := c.in.Peek(1)
	if err == nil && first[0] == '\r' {
		if two, _ := c.in.Peek(2); string(two) == "\r\n" {
			c.in.Discard(2)
		}
		_, err = c.in.Peek(1)
	}
	c.wait = wait{left: c.server.Timeouts.Head}
	return err == nil
}

// answer calls the handler.
func (c *conn) answer() (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the handler of %s %.40s panics: %v", c.request.Method, c.request.Target, p)
		}
	}()
	if c.request.Method == "CONNECT" {
		return refuse(501, "this server is no proxy, so it opens no tunnels")
	}
	if c.request.expects, err = expectsContinue(&c.request); err != nil {
		return err
	}
	c.wait = wait{left: c.server.Timeouts.Body, most: c.server.Timeouts.Body}
	c.framed, c.broken, c.request.Body = c.request.Body, nil, (*incoming)(c)
	c.server.Handler(&c.response, &c.request)
	if c.broken != nil {
		return c.broken // whatever the handler made of half a request
	}
	return c.response.finish()
}

// skipped reads what the handler has left of the body, if it is not too much.
func (c *conn) skipped() bool {
	if c.request.Length == 0 {
		return true
	}
	_, err := io.CopyN(io.Discard, c.framed, discard)
	return err == io.EOF
}

// last tells whether the connection is to close behind the answer that begins now.
func (c *conn) last() bool {
	stopping := c.stop.Err() != nil && c.in.Buffered() == 0
	return stopping || c.request.expects || c.request.whole.left > discard
}

// fail tells the client what was wrong, if it can still be told. Behind half an answer comes
// a reset, or the client might take it for a whole one.
func (c *conn) fail(err error) error {
	w := &c.response
	if w.begun {
		c.reset()
		return err
	}
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = refuse(408, "the request has not come to its end in time")
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = refuse(400, "the connection has ended, and the request has not")
	}
	refusal, ok := errors.AsType[*Refusal](err)
	if !ok {
		refusal = &Refusal{500, "the server has made a mistake"} // which is nobody else's business
	}
	c.request.Close = true
	w.reset(&c.request)
	w.Status = refusal.Status
	w.Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintln(w, refusal.Why)
	w.finish()
	return err
}

// An incoming is a connection that reads the body of its request.
type incoming conn

func (c *incoming) Read(p []byte) (int, error) {
	if c.request.expects {
		c.request.expects = false
		io.WriteString((*conn)(c), "HTTP/1.1 100 Continue\r\n\r\n") // who waits for this, sends the body now
	}
	n, err := c.framed.Read(p)
	if err != nil && err != io.EOF {
		c.broken = err
	}
	return n, err
}

// expectsContinue tells whether the client wants to hear that its body is welcome.
func expectsContinue(r *Request) (bool, error) {
	switch expect := r.Get("Expect"); {
	case expect == "" || r.Proto == "HTTP/1.0":
		return false, nil
	case sameToken(expect, "100-continue"):
		return r.Length != 0, nil
	default:
		return false, refuse(417, "it expects %.40q, and this server knows 100-continue", expect)
	}
}
