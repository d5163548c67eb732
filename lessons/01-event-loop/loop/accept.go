//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package loop

import (
	"os"
	"syscall"
	"time"

	"onthewire/lessons/01-event-loop/poller"
	"onthewire/lessons/01-event-loop/sock"
)

const restTime = 100 * time.Millisecond

// accept takes in everybody who waits.
func (l *loop) accept() error {
	for {
		fd, err := sock.Accept(l.listener)
		l.trace("accept", l.listener, fd, err)
		switch err {
		case nil:
			l.open(fd)
		case syscall.EAGAIN:
			return nil
		case syscall.EINTR, syscall.ECONNABORTED:
			// That client has gone while it waited. The next one is fine.
		case syscall.EBADF, syscall.EINVAL, syscall.ENOTSOCK:
			return os.NewSyscallError("accept", err)
		default:
			return l.rest()
		}
	}
}

// rest looks away from the listener when accept has failed for a reason that will pass:
// EMFILE and ENFILE, no descriptor free, or ENOBUFS and ENOMEM. The client stays in the
// queue, so the listener stays ready, and a loop that kept watching it would spin.
func (l *loop) rest() error {
	if l.restUntil = l.now.Add(restTime); l.resting {
		return nil
	}
	l.resting = true
	err := l.poller.Remove(l.listener)
	l.trace("remove", l.listener, 0, err)
	return err
}

// resume watches the listener again: after a connection of ours has closed, which frees a
// descriptor, or after restTime, since somebody else may have freed one.
func (l *loop) resume() error {
	l.resting = false
	err := l.poller.Add(l.listener, poller.Readable)
	l.trace("add", l.listener, 0, err)
	return err
}
