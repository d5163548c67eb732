//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package poller

import (
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// Mechanism is the system's own name for what a Poller stands on.
const Mechanism = "kqueue"

// A Poller is a kqueue and a waker to interrupt it. See kqueue(2).
type Poller struct {
	kq     int
	waker  waker       // wake_user.go, wake_pipe.go
	waking atomic.Bool // the waker has rung and was not yet heard
	raw    []unix.Kevent_t
}

// New opens a Poller that watches nothing yet.
func New() (*Poller, error) {
	kq, err := unix.Kqueue()
	if err != nil {
		return nil, os.NewSyscallError("kqueue", err)
	}
	unix.CloseOnExec(kq)
	p := &Poller{kq: kq}
	if err := p.waker.open(kq); err != nil {
		unix.Close(kq)
		return nil, err
	}
	return p, nil
}

// Add begins to watch fd.
func (p *Poller) Add(fd int, want Interest) error {
	return p.control(fd, want)
}

// Change replaces what fd is watched for.
func (p *Poller) Change(fd int, want Interest) error {
	return p.control(fd, want)
}

// Remove stops watching fd.
func (p *Poller) Remove(fd int) error {
	if err := p.filter(fd, unix.EVFILT_READ, false); err != nil {
		return err
	}
	return p.filter(fd, unix.EVFILT_WRITE, false)
}

func (p *Poller) control(fd int, want Interest) error {
	if want&(Readable|Writable) == 0 {
		return os.NewSyscallError("kevent", unix.EINVAL)
	}
	if err := p.filter(fd, unix.EVFILT_READ, want&Readable != 0); err != nil {
		return err
	}
	return p.filter(fd, unix.EVFILT_WRITE, want&Writable != 0)
}

// filter sets one direction. Each direction is a registration of its own here, and to
// delete one that was never there is no error for us.
func (p *Poller) filter(fd, filter int, on bool) error {
	change := make([]unix.Kevent_t, 1)
	if on {
		unix.SetKevent(&change[0], fd, filter, unix.EV_ADD)
	} else {
		unix.SetKevent(&change[0], fd, filter, unix.EV_DELETE)
	}
	_, err := unix.Kevent(p.kq, change, nil, nil)
	if err == unix.ENOENT && !on {
		return nil
	}
	return os.NewSyscallError("kevent", err)
}

// Wait sleeps until a descriptor is ready, and tells which.
func (p *Poller) Wait(events []Event, timeout time.Duration) (int, error) {
	if len(p.raw) < len(events) {
		p.raw = make([]unix.Kevent_t, len(events))
	}
	var limit *unix.Timespec
	if timeout >= 0 {
		ts := unix.NsecToTimespec(int64(timeout))
		limit = &ts
	}
	ready, err := unix.Kevent(p.kq, nil, p.raw[:len(events)], limit)
	if err == unix.EINTR {
		return 0, nil
	}
	if err != nil {
		return 0, os.NewSyscallError("kevent", err)
	}
	n := 0
	for i := range p.raw[:ready] {
		raw := &p.raw[i]
		if p.waker.rang(raw) {
			p.waking.Store(false)
			continue
		}
		ended := raw.Flags&unix.EV_EOF != 0
		events[n] = Event{
			FD:          int(raw.Ident),
			Readable:    raw.Filter == unix.EVFILT_READ,
			Writable:    raw.Filter == unix.EVFILT_WRITE,
			ReadClosed:  raw.Filter == unix.EVFILT_READ && ended,
			WriteClosed: raw.Filter == unix.EVFILT_WRITE && ended,
			Error:       ended && raw.Fflags != 0, // EV_EOF brings the socket's error along
		}
		n++
	}
	return n, nil
}

// Wake makes one Wait return. Only the first of many wakes costs a system call.
func (p *Poller) Wake() error {
	if !p.waking.CompareAndSwap(false, true) {
		return nil
	}
	return p.waker.ring(p.kq)
}

// Close ends the Poller. The descriptors that it watched stay open.
func (p *Poller) Close() error {
	p.waker.close()
	return os.NewSyscallError("close", unix.Close(p.kq))
}
