//go:build linux

package loop

import (
	"context"
	"io"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/06-pitfalls/epoll"
	"onthewire/lessons/06-pitfalls/pitfall"
	"onthewire/lessons/internal/twelve"
)

// Writable waits for writability with nothing to write.
var Writable = pitfall.Pitfall{
	Number:   6,
	Name:     "writable",
	Subjects: []string{"EPOLLOUT", "epoll_ctl(2)", "EPOLL_CTL_MOD", "level-triggered"},
	Title:    "Writability left on",
	Symptom:  "Everything works. One core is at 100 % from the first idle client on, and nobody is being served.",
	Messages: []string{
		"100% CPU",
		"EPOLLOUT",
		"epoll_wait returning immediately",
		"busy loop",
	},
	Diagnose: [][2]string{
		{"strace -f -c -p PID", "tens of thousands of waits in a second, and hardly another call"},
		{"strace -f -p PID", "epoll_wait returns EPOLLOUT for one descriptor, again and again, and no write follows"},
		{"grep tfd /proc/PID/fdinfo/*", "events: 1d for a client that is owed nothing, in which 4 is EPOLLOUT; 19 is without it"},
	},
	Laptop: func(ctx context.Context) (pitfall.Outcome, error) { return idleClient(ctx, false, writable{}.broken) },
	Broken: func(ctx context.Context) (pitfall.Outcome, error) { return idleClient(ctx, true, writable{}.broken) },
	Fixed:  func(ctx context.Context) (pitfall.Outcome, error) { return idleClient(ctx, true, writable{}.fixed) },
}

type writable struct{}

// broken has the poller report what the loop can make use of.
func (writable) broken(p *epoll.Poller, fd int, _ []byte) error {
	want := uint32(unix.EPOLLIN | unix.EPOLLOUT)
	return p.Modify(fd, want)
}

// fixed has the poller report what the loop can make use of.
func (writable) fixed(p *epoll.Poller, fd int, pending []byte) error {
	want := uint32(unix.EPOLLIN)
	if len(pending) > 0 {
		want |= unix.EPOLLOUT // which is true of nearly every socket at nearly every time
	}
	return p.Modify(fd, want)
}

// idleClient is a client that has its answer, and stays or goes. It counts the wakes for 100 ms.
func idleClient(ctx context.Context, stays bool, settle func(p *epoll.Poller, fd int, pending []byte) error) (o pitfall.Outcome, err error) {
	const most = 100 * time.Millisecond
	p, err := epoll.NewPair()
	if err != nil {
		return o, err
	}
	defer p.Close()
	poller, err := epoll.New()
	if err != nil {
		return o, err
	}
	defer poller.Close()
	pending := []byte(twelve.Bytes)
	if err := poller.Add(p.Server, unix.EPOLLIN|unix.EPOLLOUT); err != nil {
		return o, err
	}
	if !stays {
		unix.Shutdown(p.Client, unix.SHUT_WR)
	}
	runtime.LockOSThread() // whose time is counted
	defer runtime.UnlockOSThread()
	wakes, busy, end := 0, threadTime(), time.Now().Add(most)
	for left := most; left > 0 && ctx.Err() == nil; left = time.Until(end) {
		ready, err := poller.Wait(left)
		if err != nil {
			return o, err
		}
		if len(ready) == 0 {
			continue
		}
		wakes++
		if len(pending) > 0 {
			pending, err = partial{}.fixed(p.Server, pending)
		}
		if _, ended := (eagain{}).fixed(p.Server, nil); ended == io.EOF {
			err = poller.Remove(p.Server)
		} else if err == nil {
			err = settle(poller, p.Server, pending)
		}
		if err != nil {
			return o, err
		}
	}
	if ctx.Err() != nil {
		return o, ctx.Err()
	}
	o.Add("processor time, in 100 ms", threadTime()-busy)
	o.Add("wakes in 100 ms, for one idle client", wakes)
	return o, o.Decide(wakes > 20, wakes <= 2)
}

// threadTime is how long this thread has kept a processor busy.
func threadTime() time.Duration {
	var used unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_THREAD, &used); err != nil {
		panic(os.NewSyscallError("getrusage", err)) // it has no errors but of its arguments
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
