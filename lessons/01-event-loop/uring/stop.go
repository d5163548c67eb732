//go:build linux

package uring

import (
	"time"

	"golang.org/x/sys/unix"
)

const (
	drainTime = 2 * time.Second       // how long stopping may take
	drainIdle = time.Second           // how long, while stopping, one client may keep us waiting
	drainTick = 50 * time.Millisecond // how often, while stopping, we look for such clients
)

// stop begins the end. Until the kernel accepts no more, the rest of it has to wait.
func (l *loop) stop() {
	l.stopBy = l.now.Add(drainTime)
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
	for _, c := range l.conns {
		if c != nil && c.held() == 0 && l.now.Sub(c.moved) >= drainIdle {
			c.finish()
		}
	}
	return l.open == 0 || !l.now.Before(l.stopBy)
}

// turnAway lets in who has connected before and closes the listener. Then it ends the
// connections of all who have nothing under way.
func (l *loop) turnAway() {
	unix.SetNonblock(l.listener, true)
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
		if c != nil && (c.held() > 0 || c.heard()) {
			c.moved = l.now
		}
	}
}

// closeAll cuts off who is left, and waits until the kernel has let go of their memory.
func (l *loop) closeAll() {
	l.stopBy = time.Now()
	for _, c := range l.conns {
		if c != nil {
			l.close(c)
			l.settle(c)
		}
	}
	for l.open > 0 && l.ring.wait(drainTick) == nil && time.Since(l.stopBy) < time.Second {
		l.ring.completions(l.handle)
	}
	for _, c := range l.conns {
		if c != nil { // the ring has failed, and nothing completes any more
			unix.Close(c.fd)
		}
	}
}
