//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package loop

import (
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A poller is a kqueue. See kqueue(2).
type poller struct {
	kq     int
	events [256]unix.Kevent_t
	ready  []int
}

func newPoller() (*poller, error) {
	kq, err := unix.Kqueue()
	if err != nil {
		return nil, os.NewSyscallError("kqueue", err)
	}
	unix.CloseOnExec(kq)
	return &poller{kq: kq}, nil
}

func (p *poller) add(fd int) error { return p.control(fd, unix.EVFILT_READ, unix.EV_ADD) }

func (p *poller) turn(fd int, write bool) error {
	to, from := unix.EVFILT_READ, unix.EVFILT_WRITE
	if write {
		to, from = from, to
	}
	if err := p.control(fd, to, unix.EV_ADD); err != nil {
		return err
	}
	return p.control(fd, from, unix.EV_DELETE)
}

func (p *poller) forget(fd int) error { return p.control(fd, unix.EVFILT_READ, unix.EV_DELETE) }

func (p *poller) control(fd, filter, flags int) error {
	change := make([]unix.Kevent_t, 1)
	unix.SetKevent(&change[0], fd, filter, flags)
	_, err := unix.Kevent(p.kq, change, nil, nil)
	return os.NewSyscallError("kevent", err)
}

func (p *poller) wait(timeout time.Duration) ([]int, error) {
	limit := unix.NsecToTimespec(int64(timeout))
	n, err := unix.Kevent(p.kq, nil, p.events[:], &limit)
	if err != nil && err != unix.EINTR {
		return nil, os.NewSyscallError("kevent", err)
	}
	p.ready = p.ready[:0]
	for i := range max(n, 0) {
		p.ready = append(p.ready, int(p.events[i].Ident))
	}
	return p.ready, nil
}

func (p *poller) close() { unix.Close(p.kq) }

func socket(family int) (int, error) {
	fd, err := nonblocking(func() (int, error) { return unix.Socket(family, unix.SOCK_STREAM, 0) })
	return fd, os.NewSyscallError("socket", err)
}

func accept(listener int) (int, error) {
	return nonblocking(func() (int, error) {
		fd, _, err := unix.Accept(listener)
		return fd, err
	})
}

// nonblocking lets no child start in between, which would keep the descriptor.
func nonblocking(open func() (int, error)) (int, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := open()
	if err != nil {
		return -1, err
	}
	unix.CloseOnExec(fd)
	return fd, unix.SetNonblock(fd, true)
}

func read(fd int, into []byte) (int, error) {
	n, err := unix.Read(fd, into)
	return max(n, 0), err
}

func write(fd int, from []byte) (int, error) {
	n, err := unix.Write(fd, from)
	return max(n, 0), err
}

func unsent(int) int { return 0 }
