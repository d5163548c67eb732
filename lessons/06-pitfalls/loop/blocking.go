//go:build linux

package loop

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/06-pitfalls/epoll"
	"onthewire/lessons/06-pitfalls/loop/disk"
	"onthewire/lessons/06-pitfalls/pitfall"
)

// Blocking reads a file in the loop.
var Blocking = pitfall.Pitfall{
	Number:   2,
	Name:     "blocking",
	Subjects: []string{"event loop", "read(2)", "eventfd(2)", "mkfifo(3)"},
	Title:    "A file read in the loop",
	Symptom:  "Everybody's latency has the same peaks, also that of clients who want nothing from the disk. The CPU is idle meanwhile.",
	Messages: []string{
		"upstream timed out (110: Connection timed out) while reading response header from upstream",
		"upstream request timeout",
		"deadline has elapsed",
		"context deadline exceeded",
		"has been blocked for 2000 ms, time limit is",
	},
	Diagnose: [][2]string{
		{"strace -f -T -e trace=openat,read,epoll_wait,epoll_pwait", "the loop's thread in an openat or a read whose time, in <>, is as long as the peaks"},
		{"cat /proc/PID/task/*/wchan", "the loop's thread sleeps, and what it sleeps in is no wait for events"},
	},
	Laptop: func(ctx context.Context) (pitfall.Outcome, error) { return besideAFile(ctx, false, blocking{}.broken) },
	Broken: func(ctx context.Context) (pitfall.Outcome, error) { return besideAFile(ctx, true, blocking{}.broken) },
	Fixed:  func(ctx context.Context) (pitfall.Outcome, error) { return besideAFile(ctx, true, blocking{}.fixed) },
}

type blocking struct{}

// broken answers a client with what is in a file.
func (blocking) broken(_ *files, fd int, path string) {
	text, err := os.ReadFile(path)
	answer(fd, text, err)
}

// fixed answers a client with what is in a file.
func (blocking) fixed(s *files, fd int, path string) {
	s.workers.Go(func() {
		text, err := os.ReadFile(path)
		s.waker.Wake(func() { answer(fd, text, err) }) // in the loop, to which the connections belong
	})
}

const fromMemory, fromFile = "m", "f"

// besideAFile is a client that asks for a file, and another that asks for what is in memory, once
// the file is being read. A disk that seeks has nothing to read until the other has its answer, or
// has waited for so long that nobody would call it a short wait.
func besideAFile(ctx context.Context, seeks bool, read func(*files, int, string)) (o pitfall.Outcome, err error) {
	const most = 250 * time.Millisecond
	dir, err := os.MkdirTemp("", "onthewire")
	if err != nil {
		return o, err
	}
	defer os.RemoveAll(dir)
	d, err := disk.New(filepath.Join(dir, "file"), fromFile, seeks)
	if err != nil {
		return o, err
	}
	defer d.Close()
	one, err := epoll.NewPair()
	if err != nil {
		return o, err
	}
	defer one.Close()
	other, err := epoll.NewPair()
	if err != nil {
		return o, err
	}
	defer other.Close()
	s, err := serve(d.Path, read, one.Server, other.Server)
	if err != nil {
		return o, err
	}
	defer s.close()
	defer d.Release() // the loop may be in need of it, to end

	unix.Write(one.Client, []byte(fromFile))
	select {
	case <-d.Asked:
	case <-ctx.Done():
		return o, ctx.Err()
	}
	begun := time.Now()
	unix.Write(other.Client, []byte(fromMemory))
	inTime := epoll.Readable(other.Client, most)
	d.Release()
	answered := epoll.Readable(other.Client, time.Second)
	waited := time.Since(begun)
	both := answered && epoll.Readable(one.Client, time.Second)
	if ctx.Err() != nil {
		return o, ctx.Err()
	}
	o.Add("both have their answer in the end", both)
	o.Add("the other is answered while the disk seeks", inTime)
	o.Add("the other client has waited", waited)
	if !both {
		return o, o.Decide(false, false)
	}
	return o, o.Decide(!inTime, inTime)
}

// files is a loop that serves what is in memory, and what is in a file.
type files struct {
	poller  *epoll.Poller
	waker   *epoll.Waker
	workers sync.WaitGroup
	all     sync.WaitGroup
	stopped bool
}

func serve(path string, read func(*files, int, string), conns ...int) (*files, error) {
	poller, err := epoll.New()
	if err != nil {
		return nil, err
	}
	waker, err := epoll.NewWaker(poller)
	s := &files{poller: poller, waker: waker}
	for _, fd := range conns {
		err = errors.Join(err, poller.Add(fd, unix.EPOLLIN))
	}
	if err != nil {
		return nil, err
	}
	s.all.Go(func() { s.loop(path, read) })
	return s, nil
}

func (s *files) loop(path string, read func(*files, int, string)) {
	for !s.stopped {
		ready, err := s.poller.Wait(time.Minute)
		if err != nil {
			return
		}
		for _, e := range ready {
			var request [1]byte
			if int(e.Fd) == s.waker.FD {
				s.waker.Run()
			} else if n, err := unix.Read(int(e.Fd), request[:]); n < 1 {
				s.poller.Remove(int(e.Fd))
			} else if string(request[:]) == fromFile {
				read(s, int(e.Fd), path)
			} else {
				answer(int(e.Fd), []byte(fromMemory), err)
			}
		}
	}
}

func answer(fd int, text []byte, err error) {
	if err == nil {
		_, err = unix.Write(fd, text)
	}
	if err != nil {
		unix.Shutdown(fd, unix.SHUT_RDWR)
	}
}

func (s *files) close() {
	s.waker.Wake(func() { s.stopped = true })
	s.all.Wait()
	s.workers.Wait()
	unix.Close(s.waker.FD)
	s.poller.Close()
}
