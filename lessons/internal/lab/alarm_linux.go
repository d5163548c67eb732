package lab

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// An alarm wakes one thread at a time that it chose, or earlier when somebody rings. Go's
// own timers are made for thousands of sleepers, not for the microsecond: a link that
// slept on them would be late by one or two milliseconds (docs/lab.md has the figures).
type alarm struct{ fd int }

func newAlarm() (*alarm, error) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, os.NewSyscallError("eventfd", err)
	}
	return &alarm{fd}, nil
}

// tune asks the kernel not to put this thread's wake-ups together with others: by default
// it may delay each by 50 µs (PR_SET_TIMERSLACK(2const)).
func (a *alarm) tune() { unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0) }

// untune gives the thread its default back.
func (a *alarm) untune() { unix.Prctl(unix.PR_SET_TIMERSLACK, 0, 0, 0, 0) }

func (a *alarm) sleep(d time.Duration) { a.wait(d) }

// wait sleeps until somebody rings, the time is over, or one of the others is ready.
func (a *alarm) wait(d time.Duration, others ...unix.PollFd) {
	var timeout *unix.Timespec
	if d != never {
		t := unix.NsecToTimespec(int64(max(0, d)))
		timeout = &t
	}
	fds := append(others, unix.PollFd{Fd: int32(a.fd), Events: unix.POLLIN})
	unix.Ppoll(fds, timeout, nil) // whatever woke it, the caller looks for itself
	if fds[len(fds)-1].Revents != 0 {
		var count [8]byte
		unix.Read(a.fd, count[:])
	}
}

func (a *alarm) ring() {
	one := [8]byte{1} // in either byte order this is more than nothing
	unix.Write(a.fd, one[:])
}

func (a *alarm) close() { unix.Close(a.fd) }
