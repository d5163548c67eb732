//go:build linux

package uring

import (
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/01-event-loop/sock"
)

const (
	tick  = 20 * time.Millisecond // how often, while stopping, we ask what the kernel still holds
	stall = time.Second           // a client that takes nothing for so long, while stopping, is given up
)

// stop begins the end. Until the kernel accepts no more, the rest of it has to wait.
func (l *loop) stop() {
	l.stopBy = l.now.Add(l.Drain)
	if l.accepting {
		l.ring.add(sqe{
			opcode: opAsyncCancel, addr: userData(toAccept, l.listener), userData: userData(toStopAccepting, l.listener),
		})
	}
}

// drained goes on with the end, and tells whether it has come.
func (l *loop) drained() bool {
	if l.accepting {
		return false
	}
	if l.listener >= 0 {
		l.turnAway()
	}
	if !l.now.Before(l.lookAt) {
		l.lookAt = l.now.Add(tick)
		for _, c := range l.conns {
			if c != nil {
				l.look(c)
			}
		}
	}
	return l.open == 0 || !l.now.Before(l.stopBy)
}

// look sees whether c is done: whether it has been silent for a tick, and its kernel has
// acknowledged all that we sent. We finish (FIN), and close once that is acknowledged too.
// To close earlier might lose it: a byte that arrives at a closed socket makes the kernel
// send RST, and RST overtakes what waits to be sent.
func (l *loop) look(c *conn) {
	if unsent := sock.Unsent(c.fd); unsent != c.unsent {
		c.unsent, c.moved = unsent, l.now
	}
	quiet := l.now.Sub(c.moved)
	switch done := c.held() == 0 && c.unsent == 0; {
	case c.closed || quiet < tick:
	case done && c.finished:
		l.close(c)
	case done:
		c.finished = true
		unix.Shutdown(c.fd, unix.SHUT_WR)
	case quiet >= stall:
		l.giveUp(c)
	}
	l.settle(c)
}

// giveUp closes a client that has not taken what it is owed. The RST tells it so: after a
// FIN it would think that it had everything.
func (l *loop) giveUp(c *conn) {
	if owed := c.held() + sock.Unsent(c.fd); owed > 0 && !c.finished && !c.closed {
		unix.SetsockoptLinger(c.fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
		l.cut.Clients++
		l.cut.Bytes += owed
	}
	l.close(c)
}

// turnAway lets in who has connected before, and closes the listener.
func (l *loop) turnAway() {
	for {
		fd, _, err := unix.Accept4(l.listener, unix.SOCK_CLOEXEC)
		if err == nil {
			l.admit(fd)
		} else if err != unix.EINTR && err != unix.ECONNABORTED {
			break
		}
	}
	unix.Close(l.listener)
	l.listener = -1
	for _, c := range l.conns {
		if c != nil {
			c.moved = l.now
		}
	}
	l.lookAt = l.now.Add(tick)
}

// closeAll cuts off who is left, and waits until the kernel has let go of their memory.
func (l *loop) closeAll() {
	l.stopBy = time.Now()
	for _, c := range l.conns {
		if c != nil {
			l.giveUp(c)
			l.settle(c)
		}
	}
	for l.open > 0 && l.ring.wait(tick) == nil && time.Since(l.stopBy) < time.Second {
		l.ring.completions(l.handle)
	}
	for _, c := range l.conns {
		if c != nil { // the ring has failed, and nothing completes any more
			unix.Shutdown(c.fd, unix.SHUT_RDWR) // so that nothing can be sent from what we let go of
			c.pin.Unpin()
			unix.Close(c.fd)
		}
	}
}
