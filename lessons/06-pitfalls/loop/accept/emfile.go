//go:build linux

// Package accept has the pitfall of a process that has no descriptor left. It is played in a child
// of this program, since the limit is one of the whole process.
package accept

import (
	"context"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/06-pitfalls/epoll"
	"onthewire/lessons/06-pitfalls/pitfall"
)

// Emfile spins while it cannot accept.
var Emfile = pitfall.Pitfall{
	Number:   8,
	Name:     "emfile",
	Subjects: []string{"EMFILE", "RLIMIT_NOFILE", "accept(2)", "level-triggered"},
	Title:    "No descriptor left, and accept spins",
	Symptom:  "Under many clients one core goes to 100 % and the log fills with one line. New clients connect, and hear nothing.",
	Messages: []string{
		"accept4: too many open files",
		"too many open files; retrying in",
		"Too many open files (os error 24)",
		"accept4() failed (24: Too many open files)",
		"EMFILE",
		"socket: too many open files",
		"Error from accept() call: Too many open files",
	},
	Diagnose: [][2]string{
		{"strace -f -e trace=accept4,epoll_wait,epoll_pwait", "accept4 returns -1 EMFILE, and the wait behind it returns at once, without an end"},
		{"ls /proc/PID/fd | wc -l; grep files /proc/PID/limits", "as many descriptors as the soft limit allows"},
		{"ss -tln", "the listener's Recv-Q, those who wait to be accepted, does not sink to 0"},
	},
	Laptop: func(ctx context.Context) (pitfall.Outcome, error) { return inAChild(ctx, "laptop") },
	Broken: func(ctx context.Context) (pitfall.Outcome, error) { return inAChild(ctx, "broken") },
	Fixed:  func(ctx context.Context) (pitfall.Outcome, error) { return inAChild(ctx, "fixed") },
}

type emfile struct{}

// broken accepts a connection that the poller has reported. It is -1 if there is none to be had.
func (emfile) broken(_ *epoll.Poller, listener int) (int, error) {
	fd, _, err := unix.Accept4(listener, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
	if err == unix.EAGAIN || err == unix.EMFILE {
		return -1, nil
	}
	return fd, os.NewSyscallError("accept4", err)
}

// fixed accepts a connection that the poller has reported. It is -1 if there is none to be had.
func (emfile) fixed(p *epoll.Poller, listener int) (int, error) {
	fd, _, err := unix.Accept4(listener, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
	if err == unix.EAGAIN {
		return -1, nil
	}
	if err == unix.EMFILE {
		return -1, p.Modify(listener, 0) // until a connection is closed, and a descriptor is free
	}
	return fd, os.NewSyscallError("accept4", err)
}

type accepting = func(p *epoll.Poller, listener int) (int, error)

// seen is what a child has seen.
type seen struct {
	Wakes  int           // in the time for which it had no descriptor left
	Busy   time.Duration // processor time, in that time
	Served bool          // whether the client that waited has been accepted in the end
}

const idle = 100 * time.Millisecond

// twoClients is a client that is served, and one that comes when no descriptor is left, if full.
// The first leaves after a while.
func twoClients(full bool, accept accepting) (s seen, err error) {
	listener, at, err := epoll.Listen()
	if err != nil {
		return s, err
	}
	poller, err := epoll.New()
	if err != nil {
		return s, err
	}
	first, err := epoll.Connect(at)
	if err != nil {
		return s, err
	}
	l := loop{poller: poller, listener: listener, accept: accept, conns: make(map[int]bool)}
	if err := poller.Add(listener, unix.EPOLLIN); err != nil {
		return s, err
	}
	if _, err := l.run(time.Second, func() bool { return len(l.conns) == 1 }); err != nil {
		return s, err
	}
	second, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	for full && err == nil {
		_, err = unix.Dup(0)
	}
	if err != nil && err != unix.EMFILE {
		return s, os.NewSyscallError("dup", err)
	}
	if err := unix.Connect(second, at); err != nil {
		return s, os.NewSyscallError("connect", err)
	}
	before := processTime()
	if s.Wakes, err = l.run(idle, func() bool { return false }); err != nil {
		return s, err
	}
	s.Busy = processTime() - before
	unix.Shutdown(first, unix.SHUT_RDWR)
	_, err = l.run(time.Second, func() bool { return l.accepted == 2 })
	s.Served = l.accepted == 2
	return s, err
}

// loop accepts, and closes those that have ended.
type loop struct {
	poller   *epoll.Poller
	listener int
	accept   accepting
	conns    map[int]bool
	accepted int
}

// run counts the wakes until something has come to pass, or the time is over.
func (l *loop) run(most time.Duration, until func() bool) (wakes int, err error) {
	end := time.Now().Add(most)
	for left := most; left > 0 && !until(); left = time.Until(end) {
		ready, err := l.poller.Wait(left)
		if err != nil {
			return wakes, err
		}
		for _, e := range ready {
			wakes++
			if err := l.handle(int(e.Fd)); err != nil {
				return wakes, err
			}
		}
	}
	return wakes, nil
}

func (l *loop) handle(fd int) error {
	if fd != l.listener {
		delete(l.conns, fd)
		return errors.Join(unix.Close(fd), l.poller.Modify(l.listener, unix.EPOLLIN)) // here a descriptor is free
	}
	fd, err := l.accept(l.poller, l.listener)
	if err != nil || fd < 0 {
		return err
	}
	l.conns[fd] = true
	l.accepted++
	return l.poller.Add(fd, unix.EPOLLIN)
}

func processTime() time.Duration {
	var used unix.Rusage
	unix.Getrusage(unix.RUSAGE_SELF, &used)
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
