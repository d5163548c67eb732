// Package floods has clients of HTTP/2 that try to cost a server more than they cost
// themselves.
//
// Read it in this order: kinds.go (what each of them sends), floods.go (how).
package floods

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"time"

	"golang.org/x/net/http2"
)

// A Flood is something that a client sends again and again.
type Flood struct {
	Name string
	Mute bool // it never reads what the server says

	once func(f *http2.Framer) error
	send func(f *http2.Framer, i uint32) error
	done func(f *http2.Framer) error
}

// An Outcome is how far it came.
type Outcome struct {
	Sent   int    // how often it was sent
	Ended  bool   // the server has ended the connection
	Reason string // of its GOAWAY, if it said one
}

// Send sends a flood over a new connection, most times at most. Then it asks for a PING, so
// that the server has seen all of it when Send returns. The connection is the caller's to close.
func (f Flood) Send(ctx context.Context, conn net.Conn, most int) (o Outcome, err error) {
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	buffered := bufio.NewWriter(conn)
	framer := http2.NewFramer(buffered, conn)
	framer.AllowIllegalWrites = true
	heard := make(chan end, 1)
	if !f.Mute {
		go func() {
			e := listen(framer)
			heard <- e
			if e.err != nil {
				conn.SetWriteDeadline(time.Now()) // whoever goes away reads no more
			}
		}()
	}
	write := func() error {
		io.WriteString(buffered, http2.ClientPreface) // an error stays with buffered
		framer.WriteSettings()
		if f.once != nil {
			f.once(framer)
		}
		for ; o.Sent < most; o.Sent++ {
			if err := f.send(framer, uint32(o.Sent)); err != nil {
				return err
			}
			select {
			case e := <-heard:
				heard <- e
				return e.err
			default:
			}
		}
		if f.done != nil {
			f.done(framer)
		}
		framer.WritePing(false, last)
		return buffered.Flush()
	}
	err = write()
	if !f.Mute {
		e := <-heard // the PING's answer or the end
		o.Reason, o.Ended = e.reason, e.err != nil
		err = nil
	}
	o.Ended = o.Ended || err != nil
	return o, ctx.Err()
}

// Gone waits until the server has closed a connection that it has ended. net/http waits a second
// behind its GOAWAY, so that it is read.
func Gone(conn net.Conn) {
	conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	io.Copy(io.Discard, conn)
}

var last = [8]byte{'t', 'h', 'e', ' ', 'e', 'n', 'd'}

// An end is why listening is over: our PING was answered, or err.
type end struct {
	reason string
	err    error
}

func listen(framer *http2.Framer) (e end) {
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			e.err = err
			return e
		}
		switch f := frame.(type) {
		case *http2.GoAwayFrame:
			return end{f.ErrCode.String(), errors.New("the server goes away")}
		case *http2.PingFrame:
			if f.IsAck() && f.Data == last {
				return e
			}
		}
	}
}
