package iocp

import (
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"

	"onthewire/lessons/01-event-loop/sock"
)

const (
	tick     = 20 * time.Millisecond  // how often, while stopping, we look who is done
	stall    = time.Second            // a client that takes nothing for so long is given up
	restTime = 100 * time.Millisecond // how long not to accept when there is no socket to be had
)

// accepting is the one AcceptEx that is under way, into a socket that it was given.
type accepting struct {
	op        windows.Overlapped
	addresses [2 * (unsafe.Sizeof(windows.RawSockaddrAny{}) + 16)]byte // it insists on telling both
	next      windows.Handle                                           // 0: none is under way
	restUntil time.Time
}

type stopping struct {
	stopBy, lookAt time.Time // zero unless we are
	cut            sock.Cut  // whom stopping has cut off
}

// accept asks for the next client.
func (l *loop) accept() error {
	family := int32(windows.AF_INET)
	if l.addr.Addr().Is6() {
		family = windows.AF_INET6
	}
	next, err := windows.WSASocket(family, windows.SOCK_STREAM, windows.IPPROTO_TCP, nil, 0,
		windows.WSA_FLAG_OVERLAPPED|windows.WSA_FLAG_NO_HANDLE_INHERIT)
	if err != nil { // no socket is free, most likely, and the client stays in the queue
		l.restUntil = l.now.Add(restTime)
		return nil
	}
	l.op, l.next, l.restUntil = windows.Overlapped{}, next, time.Time{}
	half := uint32(len(l.addresses) / 2)
	var n uint32
	err = windows.AcceptEx(l.listener, next, &l.addresses[0], 0, half, half, &n, &l.op)
	if err != nil && err != windows.ERROR_IO_PENDING {
		windows.Closesocket(next)
		l.next = 0
		return os.NewSyscallError("acceptex", err)
	}
	return nil
}

// accepted begins to serve the client that has come, unless it has gone meanwhile.
func (l *loop) accepted(err error) error {
	fd := l.next
	l.next = 0
	if err == nil { // from here on it is like any other socket
		err = windows.Setsockopt(fd, windows.SOL_SOCKET, windows.SO_UPDATE_ACCEPT_CONTEXT,
			(*byte)(unsafe.Pointer(&l.listener)), int32(unsafe.Sizeof(l.listener)))
	}
	if err == nil {
		err = windows.SetsockoptInt(fd, windows.IPPROTO_TCP, windows.TCP_NODELAY, 1)
	}
	if err == nil {
		_, err = windows.CreateIoCompletionPort(fd, l.port, l.last+1, 0)
	}
	if err != nil {
		windows.Closesocket(fd)
	} else {
		l.last++
		c := &conn{number: l.last, fd: int(fd), moved: l.now}
		l.clients[c.number] = c
		l.start(c)
	}
	if l.listener == 0 {
		return nil
	}
	return l.accept()
}

// resume asks for a client again, after one has left.
func (l *loop) resume() {
	if !l.restUntil.IsZero() {
		l.restUntil = l.now
	}
}

// acceptAgain asks for the next client, if there was no socket for it before.
func (l *loop) acceptAgain() error {
	if l.restUntil.IsZero() || l.now.Before(l.restUntil) || l.listener == 0 {
		return nil
	}
	return l.accept()
}

// stop begins the end.
func (l *loop) stop() { l.stopBy, l.lookAt = l.now.Add(l.Drain), l.now.Add(tick) }

// over tells whether everybody has gone, or the time is up.
func (l *loop) over() bool {
	return !l.stopBy.IsZero() && (l.listener == 0 && len(l.clients) == 0 || !l.now.Before(l.stopBy))
}

// timeout is how many milliseconds we may sleep.
func (l *loop) timeout() uint32 {
	switch {
	case !l.stopBy.IsZero():
		return uint32((max(0, l.lookAt.Sub(l.now)) + time.Millisecond - 1) / time.Millisecond)
	case !l.restUntil.IsZero():
		return uint32(restTime.Milliseconds())
	}
	return windows.INFINITE
}

// drain looks who is done, once the port holds nothing that somebody has said meanwhile.
// Whoever has been silent for a tick gets FIN, and is closed when nothing has come for
// another one. Who waits in the queue has been let in by then.
func (l *loop) drain() {
	if l.stopBy.IsZero() || !l.idle || l.now.Before(l.lookAt) {
		return
	}
	l.lookAt = l.now.Add(tick)
	l.closeListener()
	for _, c := range l.clients {
		quiet := l.now.Sub(c.moved)
		switch {
		case len(c.rest) > 0 && quiet >= stall:
			l.giveUp(c)
		case len(c.rest) > 0 || quiet < tick:
		case c.finished:
			l.close(c)
		default:
			c.finished, c.moved = true, l.now
			sock.CloseWrite(c.fd)
		}
	}
}

func (l *loop) closeListener() {
	if l.listener != 0 {
		windows.Closesocket(l.listener) // its AcceptEx ends, with an error
		l.listener = 0
	}
}

// closeAll closes everything, and waits until the kernel has let go of our memory.
func (l *loop) closeAll() {
	l.closeListener()
	for _, c := range l.clients {
		l.giveUp(c)
	}
	for l.next != 0 || len(l.clients) > 0 {
		if l.turn(windows.INFINITE) != nil {
			return
		}
	}
}
