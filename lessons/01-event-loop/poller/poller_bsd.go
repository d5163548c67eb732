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
	return p.control(fd, want, false)
}

// Change replaces what fd is watched for.
func (p *Poller) Change(fd int, want Interest) error {
	return p.control(fd, want, true)
}

// Remove stops watching fd.
func (p *Poller) Remove(fd int) error {
	return p.replace(fd, 0, true)
}

func (p *Poller) control(fd int, want Interest, watched bool) error {
	if want&(Readable|Writable) == 0 {
		return os.NewSyscallError("kevent", unix.EINVAL)
	}
	return p.replace(fd, want, watched)
}

// replace makes want of what fd is watched for, if it is watched as the caller expects.
func (p *Poller) replace(fd int, want Interest, watched bool) error {
	have, err := p.watched(fd)
	switch {
	case err != nil:
	case have != 0 && !watched:
		err = unix.EEXIST
	case have == 0 && watched:
		err = unix.ENOENT
	default:
		err = p.set(fd, have, want)
	}
	return os.NewSyscallError("kevent", err)
}

// filters are the two directions. Each is a registration of its own here.
var filters = [...]struct {
	direction Interest
	number    int
}{{Readable, unix.EVFILT_READ}, {Writable, unix.EVFILT_WRITE}}

// watched asks the kernel, which forgets what was closed, as no list of ours could. To
// enable what is enabled changes nothing, and what was never added is ENOENT.
func (p *Poller) watched(fd int) (have Interest, err error) {
	for _, f := range filters {
		switch err := p.filter(fd, f.number, unix.EV_ENABLE); err {
		case nil:
			have |= f.direction
		case unix.ENOENT:
		default:
			return 0, err
		}
	}
	return have, nil
}

// set adds before it deletes. Only adding can be refused, and then set takes back what it
// has added, so that no registration is ever left half.
func (p *Poller) set(fd int, have, want Interest) error {
	var added Interest
	for _, f := range filters {
		if f.direction&want&^have == 0 {
			continue
		}
		if err := p.filter(fd, f.number, unix.EV_ADD); err != nil {
			p.delete(fd, added)
			return err
		}
		added |= f.direction
	}
	return p.delete(fd, have&^want)
}

func (p *Poller) delete(fd int, what Interest) error {
	for _, f := range filters {
		if f.direction&what == 0 {
			continue
		}
		if err := p.filter(fd, f.number, unix.EV_DELETE); err != nil {
			return err
		}
	}
	return nil
}

// filter is one kevent(2) about one direction of fd.
func (p *Poller) filter(fd, number, flags int) error {
	change := make([]unix.Kevent_t, 1)
	unix.SetKevent(&change[0], fd, number, flags)
	_, err := unix.Kevent(p.kq, change, nil, nil)
	return err
}

// Wait sleeps until a descriptor is ready, and tells which.
func (p *Poller) Wait(events []Event, timeout time.Duration) (int, error) {
	if len(p.raw) < len(events) {
		p.raw = make([]unix.Kevent_t, len(events))
	}
	var limit *unix.Timespec
	if timeout >= 0 {
		ts := unix.NsecToTimespec(int64(min(timeout, longest)))
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
	err := p.waker.ring(p.kq)
	if err != nil {
		p.waking.Store(false) // nobody is about to wake: the next Wake has to try again
	}
	return err
}

// Close ends the Poller. The descriptors that it watched stay open.
func (p *Poller) Close() error {
	p.waker.close()
	return os.NewSyscallError("close", unix.Close(p.kq))
}
