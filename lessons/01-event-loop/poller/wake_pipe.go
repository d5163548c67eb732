//go:build netbsd || openbsd

package poller

import (
	"os"

	"golang.org/x/sys/unix"
)

// A waker is a pipe to ourselves, where there is no EVFILT_USER: a byte in it wakes the
// reader.
type waker struct {
	read, write int
}

func (w *waker) open(kq int) error {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		return os.NewSyscallError("pipe2", err)
	}
	w.read, w.write = fds[0], fds[1]
	change := make([]unix.Kevent_t, 1)
	unix.SetKevent(&change[0], w.read, unix.EVFILT_READ, unix.EV_ADD)
	if _, err := unix.Kevent(kq, change, nil, nil); err != nil {
		w.close()
		return os.NewSyscallError("kevent", err)
	}
	return nil
}

func (w *waker) ring(int) error {
	_, err := unix.Write(w.write, []byte{1})
	return os.NewSyscallError("write", err)
}

func (w *waker) rang(ev *unix.Kevent_t) bool {
	if int(ev.Ident) != w.read {
		return false
	}
	var one [1]byte // Wake lets at most one byte into the pipe
	unix.Read(w.read, one[:])
	return true
}

func (w *waker) close() {
	unix.Close(w.read)
	unix.Close(w.write)
}
