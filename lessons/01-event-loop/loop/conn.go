//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package loop

import (
	"bytes"
	"io"
	"os"
	"syscall"
	"time"

	"onthewire/lessons/01-event-loop/poller"
	"onthewire/lessons/01-event-loop/sock"
)

// A conn is one client.
type conn struct {
	fd      int
	pending []byte          // echoed but not yet taken by the kernel; nil at rest
	want    poller.Interest // what the poller watches for
	paused  bool            // pending has reached the high-water mark: do not read
	eof     bool            // the client has finished sending (FIN); answer, then close
	closed  bool            // the descriptor follows at the end of the turn

	finished bool  // we have, while stopping (FIN): what still arrives is dropped
	unsent   int32 // bytes the peer's kernel had not acknowledged when we last asked

	moved      time.Time // when a byte last moved
	prev, next *conn     // in the idle list
}

// open begins to serve a client that has just been accepted.
func (l *loop) open(fd int) {
	c := &conn{fd: fd, want: poller.Readable}
	err := l.poller.Add(fd, c.want)
	l.trace("add", fd, 0, err)
	if err != nil {
		l.trace("close", fd, 0, err)
		sock.Close(fd) // no event can name it yet
		return
	}
	if fd >= len(l.conns) {
		grown := make([]*conn, 2*(fd+1)) // append would grow by a quarter, and so leave more behind
		copy(grown, l.conns)
		l.conns = grown
	}
	l.conns[fd] = c
	l.clients++
	l.touch(c)
}

// read takes what has arrived and sends it back, and tells whether that was anything. It
// reads once. After a short read another one would only fetch EAGAIN, and after a full
// one the others come first: level-triggered, a socket that holds more is reported again.
func (l *loop) read(c *conn) bool {
	if c.paused || c.eof || c.closed {
		return false
	}
	room := min(len(l.buf), l.MaxPending-len(c.pending))
	if room <= 0 {
		return false // read would return 0, and that means the end
	}
	n, err := read(c.fd, l.buf[:room])
	l.trace("read", c.fd, n, err)
	switch {
	case err == syscall.EAGAIN || err == syscall.EINTR:
		return false // not an error; we will be called again
	case err != nil:
		l.close(c, os.NewSyscallError("read", err))
		return false
	case n == 0:
		c.eof = true
		return false
	case c.finished:
		return true
	}
	l.touch(c)
	if len(c.pending) > 0 {
		c.pending = append(c.pending, l.buf[:n]...) // behind what waits already
		return true
	}
	c.pending = l.buf[:n]
	l.flush(c)
	c.pending = bytes.Clone(c.pending) // nil where nothing is left, which is the usual case
	return true
}

// flush writes what is pending. Whatever the kernel does not take stays pending, and
// writability will call us again.
func (l *loop) flush(c *conn) {
	if len(c.pending) == 0 || c.closed {
		return
	}
	n, err := write(c.fd, c.pending)
	l.trace("write", c.fd, n, err)
	if err == syscall.EAGAIN || err == syscall.EINTR {
		return // the buffer is full, or a signal came first: a pause, and no error
	}
	if err != nil {
		l.close(c, os.NewSyscallError("write", err))
		return
	}
	l.touch(c)
	c.pending = c.pending[n:] // a short write is normal: keep the rest
	if len(c.pending) == 0 {
		c.pending = nil // a connection at rest owns no buffer
	}
}

// settle decides what happens next on c: nothing more, or what to wait for.
func (l *loop) settle(c *conn) {
	if c.eof && len(c.pending) == 0 {
		l.close(c, io.EOF)
	}
	if c.closed {
		return
	}
	if c.paused {
		c.paused = len(c.pending) > l.MaxPending/4
	} else {
		c.paused = len(c.pending) >= l.MaxPending
	}
	var want poller.Interest
	if !c.paused && !c.eof {
		want |= poller.Readable
	}
	if len(c.pending) > 0 {
		want |= poller.Writable
	}
	if want == c.want {
		return // the usual case: no system call
	}
	c.want = want
	err := l.poller.Change(c.fd, want)
	l.trace("change", c.fd, int(want), err)
	if err != nil {
		l.close(c, err)
	}
}

// close marks c as closed. Its descriptor stays open, and its number taken, until no
// event is in hand that could still name it.
func (l *loop) close(c *conn, why error) {
	if c.closed {
		return
	}
	c.closed = true
	c.pending = nil
	l.idle.remove(c)
	l.closed = append(l.closed, c)
	l.trace("close", c.fd, 0, why)
}
