//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package load

import (
	"bytes"
	"math/rand/v2"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/01-event-loop/poller"
)

// A conn is one client. What it says is an endless stream, cut into messages of one size.
type conn struct {
	fd             int
	phase          int64           // where in the noise its stream begins
	sent, received int64           // bytes
	begun          []time.Duration // when each message under way was begun, by its number modulo the pipeline
	next, answered int64           // numbers of messages
	want           poller.Interest
}

func (c *Clients) handle(ev poller.Event) {
	conn := c.conns[ev.FD]
	if conn == nil {
		return // lost earlier in this batch; nothing opens a descriptor meanwhile
	}
	if ev.Writable {
		c.write(conn)
	}
	if ev.Readable || ev.ReadClosed || ev.WriteClosed || ev.Error {
		c.read(conn)
	}
}

// read takes what has come back and compares it with what was sent.
func (c *Clients) read(conn *conn) {
	if c.conns[conn.fd] == nil {
		return
	}
	n, err := read(conn.fd, c.buf)
	now := c.since()
	switch {
	case err == unix.EAGAIN || err == unix.EINTR:
		return
	case err != nil:
		c.lose(conn, &c.result.Faults.Reset)
		return
	case n == 0:
		c.lose(conn, &c.result.Faults.Closed)
		return
	case conn.received+int64(n) > conn.sent || !bytes.Equal(c.buf[:n], conn.text(conn.received, n)):
		c.lose(conn, &c.result.Faults.Wrong)
		return
	}
	c.moved = now
	conn.received += int64(n)
	for ; (conn.answered+1)*int64(c.plan.Payload) <= conn.received; conn.answered++ {
		took := now - conn.begun[conn.answered%int64(len(conn.begun))]
		c.result.RoundTrips.RecordValue(int64(min(max(took, 1), slowest)))
		c.result.Answered++
		c.underWay--
	}
	c.advance(conn, now)
}

// advance begins as many messages as the pipeline has room for.
func (c *Clients) advance(conn *conn, now time.Duration) {
	if !c.sending {
		return
	}
	depth := int64(len(conn.begun))
	for ; conn.next < conn.answered+depth; conn.next++ {
		conn.begun[conn.next%depth] = now
		c.underWay++
	}
	c.write(conn)
}

// write sends what has been begun, as far as the kernel takes it.
func (c *Clients) write(conn *conn) {
	end := conn.next * int64(c.plan.Payload)
	for conn.sent < end {
		n, err := write(conn.fd, conn.text(conn.sent, int(min(end-conn.sent, period))))
		if err == unix.EAGAIN || err == unix.EINTR {
			break
		}
		if err != nil {
			c.lose(conn, &c.result.Faults.Reset)
			return
		}
		conn.sent += int64(n)
	}
	want := poller.Readable
	if conn.sent < end {
		want |= poller.Writable
	}
	if want == conn.want {
		return
	}
	conn.want = want
	if err := c.poller.Change(conn.fd, want); err != nil {
		c.lose(conn, &c.result.Faults.Reset)
	}
}

// lose closes a connection and counts why. What was under way on it is unanswered.
func (c *Clients) lose(conn *conn, why *int) {
	*why++
	left := int(conn.next - conn.answered)
	c.result.Faults.Unanswered += left
	c.underWay -= left
	delete(c.conns, conn.fd)
	unix.Close(conn.fd)
}

// The noise is written twice, so that any stretch of it is one slice: sending copies
// nothing, and looking at an answer is one comparison.
const period = 64 << 10

var noise = func() []byte {
	once := make([]byte, period)
	rand.NewChaCha8([32]byte([]byte("the same bytes on each occasion."))).Read(once)
	return append(once, once...)
}()

// text is what stands in a connection's stream from a position on. The streams of 65,536
// clients begin at as many places, so what belongs to another client, or to another
// message, matches only if it happens to stand at the same place just now.
func (conn *conn) text(at int64, n int) []byte {
	from := (conn.phase + at) % period
	return noise[from : from+int64(n)]
}
