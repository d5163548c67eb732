package loop

import (
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A poller is an epoll instance. See epoll(7).
type poller struct {
	epfd   int
	events [256]unix.EpollEvent
	ready  []int
}

func newPoller() (*poller, error) {
	epfd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	return &poller{epfd: epfd}, os.NewSyscallError("epoll_create1", err)
}

func (p *poller) add(fd int) error { return p.control(unix.EPOLL_CTL_ADD, fd, unix.EPOLLIN) }

func (p *poller) turn(fd int, write bool) error {
	if write {
		return p.control(unix.EPOLL_CTL_MOD, fd, unix.EPOLLOUT)
	}
	return p.control(unix.EPOLL_CTL_MOD, fd, unix.EPOLLIN)
}

func (p *poller) forget(fd int) error { return p.control(unix.EPOLL_CTL_DEL, fd, 0) }

func (p *poller) control(op, fd int, events uint32) error {
	return os.NewSyscallError("epoll_ctl", unix.EpollCtl(p.epfd, op, fd, &unix.EpollEvent{Fd: int32(fd), Events: events}))
}

func (p *poller) wait(timeout time.Duration) ([]int, error) {
	n, err := unix.EpollWait(p.epfd, p.events[:], int(timeout/time.Millisecond))
	if err != nil && err != unix.EINTR {
		return nil, os.NewSyscallError("epoll_wait", err)
	}
	p.ready = p.ready[:0]
	for i := range max(n, 0) {
		p.ready = append(p.ready, int(p.events[i].Fd))
	}
	return p.ready, nil
}

func (p *poller) close() { unix.Close(p.epfd) }

func socket(family int) (int, error) {
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	return fd, os.NewSyscallError("socket", err)
}

func accept(listener int) (int, error) {
	fd, _, err := unix.Accept4(listener, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
	return fd, err
}

// read and write never sleep, so they need not tell the Go scheduler. Lesson 01 shows what that
// saves, and why nothing else may do so.
func read(fd int, into []byte) (int, error) {
	n, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(into))), uintptr(len(into)), 0, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

func write(fd int, from []byte) (int, error) {
	n, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(from))), uintptr(len(from)), unix.MSG_NOSIGNAL, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

func unsent(fd int) int {
	n, err := unix.IoctlGetInt(fd, unix.TIOCOUTQ)
	if err != nil {
		return 0
	}
	return n
}
