//go:build darwin || dragonfly || freebsd

package poller

import (
	"os"

	"golang.org/x/sys/unix"
)

// A waker is an event that belongs to no descriptor: we trigger it ourselves. EV_CLEAR
// resets it when it is delivered, so there is nothing to read.
type waker struct{}

func (waker) open(kq int) error {
	change := make([]unix.Kevent_t, 1)
	unix.SetKevent(&change[0], 0, unix.EVFILT_USER, unix.EV_ADD|unix.EV_CLEAR)
	_, err := unix.Kevent(kq, change, nil, nil)
	return os.NewSyscallError("kevent", err)
}

func (waker) ring(kq int) error {
	change := make([]unix.Kevent_t, 1)
	unix.SetKevent(&change[0], 0, unix.EVFILT_USER, 0)
	change[0].Fflags = unix.NOTE_TRIGGER
	_, err := unix.Kevent(kq, change, nil, nil)
	return os.NewSyscallError("kevent", err)
}

func (waker) rang(ev *unix.Kevent_t) bool { return ev.Filter == unix.EVFILT_USER }

func (waker) close() {}
