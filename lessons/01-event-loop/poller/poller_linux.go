package poller

import (
	"encoding/binary"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// Mechanism is the system's own name for what a Poller stands on.
const Mechanism = "epoll"

// A Poller is an epoll instance and an eventfd to interrupt it. See epoll(7), eventfd(2).
type Poller struct {
	epfd   int
	waker  int         // the eventfd
	waking atomic.Bool // the eventfd has been written and not yet read
	raw    []unix.EpollEvent
}

// New opens a Poller that watches nothing yet.
func New() (*Poller, error) {
	epfd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	waker, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		unix.Close(epfd)
		return nil, os.NewSyscallError("eventfd", err)
	}
	p := &Poller{epfd: epfd, waker: waker}
	if err := p.Add(waker, Readable); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// Add begins to watch fd.
func (p *Poller) Add(fd int, want Interest) error {
	return p.control(unix.EPOLL_CTL_ADD, fd, want)
}

// Change replaces what fd is watched for.
func (p *Poller) Change(fd int, want Interest) error {
	return p.control(unix.EPOLL_CTL_MOD, fd, want)
}

// Remove stops watching fd.
func (p *Poller) Remove(fd int) error {
	return os.NewSyscallError("epoll_ctl", unix.EpollCtl(p.epfd, unix.EPOLL_CTL_DEL, fd, nil))
}

func (p *Poller) control(op, fd int, want Interest) error {
	ev := unix.EpollEvent{Fd: int32(fd)}
	if want&Readable != 0 {
		// EPOLLRDHUP is level-triggered as well: left on without EPOLLIN, a peer that
		// has finished sending would wake a loop that does not want to read, for ever.
		ev.Events |= unix.EPOLLIN | unix.EPOLLRDHUP
	}
	if want&Writable != 0 {
		ev.Events |= unix.EPOLLOUT
	}
	if ev.Events == 0 {
		return os.NewSyscallError("epoll_ctl", unix.EINVAL)
	}
	return os.NewSyscallError("epoll_ctl", unix.EpollCtl(p.epfd, op, fd, &ev))
}

// Wait sleeps until a descriptor is ready, and tells which.
func (p *Poller) Wait(events []Event, timeout time.Duration) (int, error) {
	if len(p.raw) < len(events) {
		p.raw = make([]unix.EpollEvent, len(events))
	}
	ready, err := unix.EpollWait(p.epfd, p.raw[:len(events)], milliseconds(timeout))
	if err == unix.EINTR {
		return 0, nil
	}
	if err != nil {
		return 0, os.NewSyscallError("epoll_wait", err)
	}
	n := 0
	for i := range p.raw[:ready] {
		raw := &p.raw[i]
		if int(raw.Fd) == p.waker {
			if err := p.woken(); err != nil {
				return 0, err
			}
			continue
		}
		events[n] = Event{
			FD:          int(raw.Fd),
			Readable:    raw.Events&unix.EPOLLIN != 0,
			Writable:    raw.Events&unix.EPOLLOUT != 0,
			ReadClosed:  raw.Events&(unix.EPOLLRDHUP|unix.EPOLLHUP) != 0,
			WriteClosed: raw.Events&unix.EPOLLHUP != 0,
			Error:       raw.Events&unix.EPOLLERR != 0,
		}
		n++
	}
	return n, nil
}

// milliseconds rounds up: a Wait that ends before its time would be called again at once,
// and again, until the time has really come.
func milliseconds(timeout time.Duration) int {
	if timeout < 0 {
		return -1
	}
	return int((min(timeout, longest) + time.Millisecond - 1) / time.Millisecond)
}

// Wake makes one Wait return. Only the first of many wakes costs a system call.
func (p *Poller) Wake() error {
	if !p.waking.CompareAndSwap(false, true) {
		return nil
	}
	one := binary.NativeEndian.AppendUint64(nil, 1)
	if _, err := unix.Write(p.waker, one); err != nil {
		p.waking.Store(false) // nobody is about to wake: the next Wake has to try again
		return os.NewSyscallError("write", err)
	}
	return nil
}

// woken takes the wake-up back. A Wake that comes between the two lines makes no system
// call and needs none: this Wait is about to return.
func (p *Poller) woken() error {
	var counter [8]byte
	_, err := unix.Read(p.waker, counter[:])
	p.waking.Store(false)
	return os.NewSyscallError("read", err)
}

// Close ends the Poller. The descriptors that it watched stay open.
func (p *Poller) Close() error {
	unix.Close(p.waker)
	return os.NewSyscallError("close", unix.Close(p.epfd))
}
