package fast

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"

	"onthewire/lessons/05-http/h1"
)

var errGone = errors.New("the client has gone")

// forward asks the origin, and gives its answer to the client.
func (c *client) forward(r *h1.Request, w way, done *Done) (end int, err error) {
	o, a, err := c.ask(r, w)
	if errors.Is(err, errGone) {
		return reset, err
	}
	last := c.last(r)
	if last {
		end = hangUp
	}
	if err != nil {
		done.Status = c.status(err)
		c.say(done.Status, fmt.Sprintf("%s: %v", w.address, err), last)
		return end, err
	}
	done.Status = a.status
	c.out = a.head(c.out[:0], c.front.Name, last)
	switch a.length {
	case h1.Chunked:
		done.Bytes, err = c.chunks(o, a)
	case untilClose:
		done.Bytes, err = c.untilClose(o)
		end = hangUp
	default:
		done.Bytes, err = c.whole(o, a)
	}
	if err != nil {
		o.Close()
		return reset, fmt.Errorf("%s: %w", w.address, err)
	}
	return end, nil
}

// ask sends the request and reads the head of the answer. A connection that others have used
// may have been closed by its origin just now. Then nobody knows whether the request was read,
// but who only asks may ask again, on a connection that is new.
func (c *client) ask(r *h1.Request, w way) (*origin, *answer, error) {
	for kept := true; ; kept = false {
		o, used, err := c.front.origins.get(c.over, w.address, kept)
		if err != nil {
			return nil, nil, err
		}
		if c.asked.Store(o); c.over.Err() != nil {
			o.Close() // cut may have come before
		}
		c.out = c.front.request(c.out[:0], r, w)
		o.SetWriteDeadline(time.Now().Add(silence))
		if _, err = o.Write(c.out); err == nil {
			err = c.begun(o)
		}
		var a *answer
		if err == nil {
			if a, err = c.heard(o, r.Method); err == nil {
				return o, a, nil
			}
			used = false // it has said something, so it has read what we said
		}
		o.Close()
		if !used || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, errGone) {
			return nil, nil, err
		}
	}
}

// begun waits for the first byte, and looks now and then whether the client still does.
func (c *client) begun(o *origin) error {
	o.timeout = glance
	defer func() { o.timeout = silence }()
	for asked := time.Now(); ; {
		_, err := o.in.Peek(1)
		if !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(asked) > thinking {
			return err
		}
		if c.look.at() == ended {
			return errGone
		}
	}
}

// heard reads heads until one is the answer's, and passes the others on.
func (c *client) heard(o *origin, method string) (*answer, error) {
	for range maxInterim {
		a, err := readAnswer(o.in, method)
		switch {
		case err != nil:
			return nil, err
		case a.status >= 200:
			return a, nil
		case a.status == http.StatusSwitchingProtocols:
			return nil, errors.New("it switches to another protocol, which nobody has asked for")
		case a.status == http.StatusContinue:
			continue // nobody waits for it
		}
		c.out = a.head(c.out[:0], "", false)
		if err := c.send(); err != nil {
			return nil, errGone
		}
	}
	return nil, errors.New("one answer after the other, and none is the last")
}

// whole passes on a body whose length is known. What is here already leaves with the head.
func (c *client) whole(o *origin, a *answer) (int64, error) {
	here := min(a.length, int64(o.in.Buffered()))
	part, _ := o.in.Peek(int(here))
	c.out = append(c.out, part...)
	o.in.Discard(int(here))
	left := a.length - here
	if left == 0 {
		c.front.origins.put(o, a) // before the client has it, for whoever is next
	}
	if err := c.send(); err != nil || left == 0 {
		return here, err
	}
	for left > 0 {
		c.SetWriteDeadline(time.Now().Add(silence))
		o.SetReadDeadline(time.Now().Add(silence))
		n, err := io.CopyN(c.Conn, o.Conn, min(left, 64<<10)) // splice(2), where both are TCP
		if left -= n; err != nil {
			return a.length - left, fmt.Errorf("%d bytes of its answer are missing: %w", left, err)
		}
	}
	c.front.origins.put(o, a)
	return a.length, nil
}

// chunks passes on a body in chunks of our own, which wait for no more than what is here.
func (c *client) chunks(o *origin, a *answer) (total int64, err error) {
	var trailers []h1.Field
	body := h1.Chunks(o.in, h1.Limits{Body: 1 << 58}, &trailers)
	block := blocks.Get().(*[16 << 10]byte)
	defer blocks.Put(block)
	for {
		if o.in.Buffered() == 0 && len(c.out) > 0 {
			if err := c.send(); err != nil {
				return total, err
			}
		}
		n, err := body.Read(block[:])
		if total += int64(n); n > 0 {
			c.out = append(strconv.AppendInt(c.out, int64(n), 16), "\r\n"...)
			c.out = append(append(c.out, block[:n]...), "\r\n"...)
		}
		if err == io.EOF {
			c.front.origins.put(o, a)
			c.out = append(c.out, "0\r\n"...)
			c.out = append(endToEnd(c.out, trailers, a.named), "\r\n"...)
			return total, c.send()
		}
		if err != nil {
			return total, fmt.Errorf("its chunks: %w", err)
		}
	}
}

// untilClose passes on a body whose end only its origin knows. A FIN becomes a FIN, and all else
// a reset, so the client knows as much as we do.
func (c *client) untilClose(o *origin) (total int64, err error) {
	defer o.Close()
	block := blocks.Get().(*[16 << 10]byte)
	defer blocks.Put(block)
	for {
		if err := c.send(); err != nil {
			return total, err
		}
		n, err := o.in.Read(block[:])
		c.out = append(c.out, block[:n]...)
		if total += int64(n); err == io.EOF {
			return total, nil
		} else if err != nil {
			return total, err
		}
	}
}
