//go:build linux

package uring

import (
	"runtime"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// A conn is one client. It lives until the last operation on its descriptor has completed:
// until then the kernel may still read its memory, and completions name its descriptor.
type conn struct {
	fd  int
	ops int // operations under way

	out     []byte         // what the kernel is sending; nil at rest
	shared  int            // the buffer of the pool that out lies in, or none
	pin     runtime.Pinner // holds out where it is, if it is our own memory
	pending []byte         // what comes after out

	receiving bool // the operation is under way
	stopping  bool // it is being cancelled
	paused    bool // what we hold has reached the high-water mark: do not receive
	eof       bool // the client has finished sending (FIN); answer, then close
	closed    bool // the descriptor follows with the last completion

	finished bool      // we have, while stopping (FIN): what still arrives is dropped
	unsent   int       // bytes the peer's kernel had not acknowledged when we last asked
	moved    time.Time // while stopping: when a byte last moved
}

const none = -1

// held is how much we have received and not yet sent.
func (c *conn) held() int { return len(c.out) + len(c.pending) }

// admit begins to serve a client that has just been accepted.
func (l *loop) admit(fd int) {
	if fd >= len(l.conns) {
		l.conns = append(l.conns, make([]*conn, fd+1-len(l.conns))...)
	}
	l.conns[fd] = &conn{fd: fd, shared: none}
	l.open++
	l.settle(l.conns[fd])
}

// received takes what has arrived, in a buffer that all clients share, and sends it from
// there. The kernel is to take now what it has room for. Anything else is copied, so that
// no buffer ever waits for a client.
func (l *loop) received(c *conn, done cqe) {
	if done.flags&cqeMore == 0 {
		c.receiving = false
		c.ops--
	}
	id := int(done.flags >> 16)
	switch {
	case done.res > 0 && c.finished:
		l.pool.put(id)
	case done.res > 0 && c.held() == 0 && !c.closed:
		c.out, c.shared = l.pool.bytes(id)[:done.res], id
		l.send(c, unix.MSG_DONTWAIT)
	case done.res > 0:
		c.pending = append(c.pending, l.pool.bytes(id)[:done.res]...)
		l.pool.put(id)
	case done.res == 0:
		c.eof = true
	default:
		switch unix.Errno(-done.res) {
		case unix.ECANCELED: // the client has been paused
		case unix.ENOBUFS: // all buffers are in use, for this turn; try again in the next
		case unix.EINTR, unix.EAGAIN:
		default:
			l.close(c)
		}
	}
	l.settle(c)
}

// send has the kernel send c.out.
func (l *loop) send(c *conn, flags uint32) {
	c.ops++
	l.ring.add(sqe{
		opcode: opSend, fd: int32(c.fd), addr: address(c.out), len: uint32(len(c.out)),
		opFlags: unix.MSG_NOSIGNAL | flags, userData: userData(toSend, c.fd),
	})
}

// sent goes on with what has not been sent yet. From here on it is memory of our own, and
// the kernel may wait until there is room.
func (l *loop) sent(c *conn, done cqe) {
	c.ops--
	if errno := unix.Errno(-done.res); done.res < 0 && errno != unix.EAGAIN && errno != unix.EINTR {
		l.close(c)
	}
	c.out = c.out[max(0, int(done.res)):] // a short send is normal: keep the rest
	if c.shared != none {
		if len(c.out) > 0 {
			c.pending = slices.Concat(c.out, c.pending)
		}
		l.pool.put(c.shared)
		c.out, c.shared = nil, none
	}
	if len(c.out) == 0 {
		c.pin.Unpin()
		c.out, c.pending = c.pending, nil
		if len(c.out) > 0 {
			// Go's collector does not see that the kernel reads it. That we keep it in c
			// would do today. Pinned, it may also not be moved.
			c.pin.Pin(&c.out[0])
		}
	}
	if len(c.out) > 0 && !c.closed {
		l.send(c, 0)
	}
	if !l.stopBy.IsZero() {
		c.moved = l.now
	}
	l.settle(c)
}

// stopped: receiving is cancelled, or it had ended before.
func (l *loop) stopped(c *conn) {
	c.ops--
	c.stopping = false
	l.settle(c)
}

// settle decides what happens next on c.
func (l *loop) settle(c *conn) {
	if c.eof && c.held() == 0 {
		l.close(c)
	}
	if c.closed {
		if c.ops == 0 {
			c.pin.Unpin()
			l.conns[c.fd] = nil
			l.open--
			unix.Close(c.fd)
			l.restUntil = time.Time{} // a descriptor has become free
		}
		return
	}
	if c.paused {
		c.paused = c.held() > l.MaxPending/4
	} else {
		c.paused = c.held() >= l.MaxPending
	}
	switch {
	case !c.paused && !c.receiving && !c.eof:
		c.receiving = true
		c.ops++
		l.ring.add(sqe{
			opcode: opRecv, ioprio: recvMultishot, flags: bufferSelect, bufGroup: group,
			fd: int32(c.fd), userData: userData(toReceive, c.fd),
		})
	case c.paused && c.receiving && !c.stopping:
		c.stopping = true
		c.ops++
		l.ring.add(sqe{
			opcode: opAsyncCancel, addr: userData(toReceive, c.fd), userData: userData(toStopReceiving, c.fd),
		})
	}
}

// close marks c as closed. What is under way on it completes at once, since nothing can be
// sent or received any more.
func (l *loop) close(c *conn) {
	if c.closed {
		return
	}
	c.closed = true
	if c.ops > 0 {
		unix.Shutdown(c.fd, unix.SHUT_RDWR)
	}
}
