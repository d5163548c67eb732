package iocp

import (
	"time"
	"unsafe"

	"golang.org/x/sys/windows"

	"onthewire/lessons/01-event-loop/sock"
)

const buffer = 16 << 10 // bytes of each client, also of a silent one

// A conn is one client. It always has one operation under way: we receive, or we send what
// was received. Until that has ended, the kernel writes to op and buf as it likes.
type conn struct {
	op  windows.Overlapped
	buf [buffer]byte

	number   uintptr
	fd       int
	rest     []byte // of buf: what is being sent; none: we receive
	closed   bool   // the socket is, and the packet of its operation is still to come
	finished bool   // we have, while stopping (FIN): what still arrives is dropped
	moved    time.Time
}

// completed goes on with a client whose operation has ended, having moved n bytes.
func (l *loop) completed(c *conn, n int, err error) {
	switch {
	case c.closed || err != nil || n == 0: // by us, or it has gone, or finished and has had its answer
		l.close(c)
		delete(l.clients, c.number) // its memory is ours again
		l.resume()
		return
	case len(c.rest) > 0:
		c.rest = c.rest[n:]
	case !c.finished:
		c.rest = c.buf[:n]
	}
	c.moved = l.now
	l.start(c)
}

// start starts the next operation. It is not asked how far it has come before its packet is
// here, which comes in any case: also when it has ended at once.
func (l *loop) start(c *conn) {
	var err error
	var flags uint32
	c.op = windows.Overlapped{}
	if len(c.rest) > 0 {
		buf := windows.WSABuf{Len: uint32(len(c.rest)), Buf: unsafe.SliceData(c.rest)}
		err = windows.WSASend(windows.Handle(c.fd), &buf, 1, nil, 0, &c.op, nil)
	} else {
		buf := windows.WSABuf{Len: buffer, Buf: &c.buf[0]}
		err = windows.WSARecv(windows.Handle(c.fd), &buf, 1, nil, &flags, &c.op, nil)
	}
	if err != nil && err != windows.ERROR_IO_PENDING { // then no packet comes
		l.close(c)
		delete(l.clients, c.number)
	}
}

// close ends whatever is under way, and that it has ended comes as a packet. (To close would
// be enough for Windows. Wine lets a send wait on.)
func (l *loop) close(c *conn) {
	if !c.closed {
		c.closed = true
		windows.CancelIoEx(windows.Handle(c.fd), &c.op)
		sock.Close(c.fd)
	}
}

// giveUp closes a client that has not taken what it is owed. The RST tells it so.
func (l *loop) giveUp(c *conn) {
	if len(c.rest) > 0 && !c.closed {
		sock.ResetOnClose(c.fd)
		l.cut.Clients++
		l.cut.Bytes += len(c.rest)
	}
	l.close(c)
}
