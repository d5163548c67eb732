// Package fast forwards plain requests: those that only ask, and bring no body. It reads them and
// their answers with h1, which refuses what two parsers could read in two ways, and writes them
// anew. Whatever else a client asks goes, with its connection, to a server that does everything.
//
// Read it in this order: fast.go (accepting and stopping), client.go (one request after the
// other), plain.go (which requests, and how they leave), answer.go (where an answer ends),
// back.go (how it leaves), origins.go (connections to origins), quiet_unix.go (what a look
// at one tells).
package fast

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"onthewire/lessons/05-http/h1"
)

const (
	idle       = time.Minute            // that a client says nothing between two requests
	head       = 10 * time.Second       // for a head, from its first byte
	thinking   = 30 * time.Second       // that an origin may take until its answer begins
	silence    = time.Minute            // in the middle of a message
	glance     = time.Second            // after which we look whether the client still waits
	tick       = 20 * time.Millisecond  // for one more request, once we stop
	linger     = 2 * time.Second        // for who still sends to hear that it need not
	farewell   = 500 * time.Millisecond // the same, once we stop
	lineSize   = 8 << 10                // bytes of the longest line
	maxInterim = 5                      // answers before the answer
	drainTime  = 3 * time.Second        // for what is under way, once we stop
)

// A Front stands before a server. It must not be changed once it serves.
type Front struct {
	Name   string // in Via, which no other proxy has
	Dial   func(ctx context.Context, network, address string) (net.Conn, error)
	Status func(error) int                                 // that a client is told of an error of Dial
	Rest   func(ctx context.Context, l net.Listener) error // serves what is not plain, until ctx ends
	Report func(Done)                                      // is told of each request; may be nil

	origins origins
}

// A Done is a request that was answered here.
type Done struct {
	Client         net.Addr
	Method, Target string
	Status         int   // that the client was told
	Bytes          int64 // of the answer's body
	Took           time.Duration
	Err            error // why it came to a bad end
}

// Serve serves until ctx ends, answers what is under way then, and closes the listener. It must
// be called once.
func (f *Front) Serve(ctx context.Context, l net.Listener) error {
	over, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()
	stop, stopNow := context.WithCancel(ctx)
	defer stopNow()
	f.origins.dial = f.Dial
	closed, shut := context.WithCancel(context.Background())
	handed := &handedOn{make(chan net.Conn), closed, shut, l.Addr()}
	var clients, others sync.WaitGroup
	var rest error
	others.Go(func() {
		rest = f.Rest(stop, handed)
		shut()
		stopNow()
	})
	others.Go(func() { f.origins.expire(over) })
	context.AfterFunc(stop, func() { l.Close() })
	failed := h1.Accept(stop, l, func(conn net.Conn) {
		clients.Go(func() { f.serve(stop, over, conn, handed) })
	})
	stopNow()
	timer := time.AfterFunc(drainTime, giveUp)
	clients.Wait()
	timer.Stop()
	giveUp()
	others.Wait()
	return errors.Join(failed, rest)
}

// serve is the time that a connection has with us.
func (f *Front) serve(stop, over context.Context, conn net.Conn, handed *handedOn) {
	c := &client{Conn: conn, front: f, stop: stop, over: over, look: looker(conn)}
	c.in = bufio.NewReaderSize(c, lineSize)
	forget := context.AfterFunc(stop, func() { conn.SetReadDeadline(time.Unix(1, 0)) }) // see Read
	cut := context.AfterFunc(over, c.cut)
	end := c.converse()
	forget()
	cut()
	switch {
	case end == handOn && handed.give(conn, bytes.TrimLeft(c.seen, "\r\n")):
	case end == reset:
		if tcp, ok := conn.(*net.TCPConn); ok {
			tcp.SetLinger(0) // a FIN would tell the client that this was all
		}
		conn.Close()
	default:
		if end == handOn {
			c.say(http.StatusServiceUnavailable, "this proxy has stopped", true)
		}
		c.hangUp()
	}
}

// A handedOn is a listener on which connections arrive that somebody else has begun to read.
type handedOn struct {
	conns  chan net.Conn
	closed context.Context
	close  context.CancelFunc
	at     net.Addr
}

func (h *handedOn) Accept() (net.Conn, error) {
	select {
	case conn := <-h.conns:
		return conn, nil
	case <-h.closed.Done():
		return nil, net.ErrClosed
	}
}

func (h *handedOn) Addr() net.Addr { return h.at }

func (h *handedOn) Close() error {
	h.close()
	return nil
}

// give hands a connection on, with what was read of it, if somebody still takes it.
func (h *handedOn) give(conn net.Conn, before []byte) bool {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return false
	}
	tcp.SetDeadline(time.Time{})
	select {
	case h.conns <- &begun{tcp, before}:
		return true
	case <-h.closed.Done():
		return false
	}
}

// A begun is a connection with the bytes that were read of it before.
type begun struct {
	*net.TCPConn
	before []byte
}

func (b *begun) Read(p []byte) (int, error) {
	if len(b.before) > 0 {
		n := copy(p, b.before)
		b.before = b.before[n:]
		return n, nil
	}
	return b.TCPConn.Read(p)
}

// WriteTo is for io.Copy, which would pass over what was read before.
func (b *begun) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(b.before)
	if b.before = b.before[n:]; err != nil {
		return int64(n), err
	}
	more, err := b.TCPConn.WriteTo(w)
	return int64(n) + more, err
}
