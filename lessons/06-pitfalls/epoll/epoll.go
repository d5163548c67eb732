//go:build linux

// Package epoll is as much of epoll(7) as the pitfalls of a loop need. Lesson 01 has the whole.
package epoll

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// A Poller waits until descriptors are ready.
type Poller struct {
	fd     int
	events [64]unix.EpollEvent
}

// New makes a poller. The error is that of epoll_create1(2).
func New() (*Poller, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	return &Poller{fd: fd}, os.NewSyscallError("epoll_create1", err)
}

// Add watches a descriptor for events such as unix.EPOLLIN, with unix.EPOLLET if only changes are
// to be reported.
func (p *Poller) Add(fd int, events uint32) error {
	return p.control(unix.EPOLL_CTL_ADD, fd, events)
}

// Modify watches a descriptor for other events.
func (p *Poller) Modify(fd int, events uint32) error {
	return p.control(unix.EPOLL_CTL_MOD, fd, events)
}

// Remove watches a descriptor no more.
func (p *Poller) Remove(fd int) error { return p.control(unix.EPOLL_CTL_DEL, fd, 0) }

func (p *Poller) control(op, fd int, events uint32) error {
	return os.NewSyscallError("epoll_ctl", unix.EpollCtl(p.fd, op, fd, &unix.EpollEvent{Events: events, Fd: int32(fd)}))
}

// Wait waits for events for so long at most, rounded up to a millisecond, and returns those that
// there are: none when the time is over. They hold until the next Wait. A signal, such as the Go
// runtime sends to its own threads, only interrupts it: what is left of the time is waited for.
func (p *Poller) Wait(most time.Duration) ([]unix.EpollEvent, error) {
	for end := time.Now().Add(most); ; most = max(0, time.Until(end)) {
		n, err := unix.EpollWait(p.fd, p.events[:], int((most+time.Millisecond-1)/time.Millisecond))
		if !errors.Is(err, unix.EINTR) {
			return p.events[:max(n, 0)], os.NewSyscallError("epoll_wait", err)
		}
	}
}

// Close closes the poller, and none of what it watches.
func (p *Poller) Close() error { return os.NewSyscallError("close", unix.Close(p.fd)) }
