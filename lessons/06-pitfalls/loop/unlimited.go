//go:build linux

package loop

import (
	"context"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/06-pitfalls/epoll"
	"onthewire/lessons/06-pitfalls/pitfall"
)

// Unlimited keeps all that a client asks for and does not read.
var Unlimited = pitfall.Pitfall{
	Number:   9,
	Name:     "unlimited",
	Subjects: []string{"backpressure", "EPOLLIN", "flow control"},
	Title:    "Output without a limit",
	Symptom:  "The memory of the server grows with one client, or a few, that ask and do not read. Then the kernel kills the process, and with it everybody's connection.",
	Messages: []string{
		"Out of memory: Killed process",
		"runtime: out of memory: cannot allocate",
		"fatal error: runtime: out of memory",
		"memory allocation of",
		"OOMKilled",
		"scheduled to be closed ASAP for overcoming of output buffer limits",
	},
	Diagnose: [][2]string{
		{"ss -tnm", "a Send-Q that is full for minutes, while the process grows"},
		{"go tool pprof http://127.0.0.1:6060/debug/pprof/heap", "nearly all of the heap is where answers are appended to what is pending"},
		{"dmesg", "Out of memory: Killed process, with the server's name"},
	},
	Laptop: func(ctx context.Context) (pitfall.Outcome, error) { return manyRequests(ctx, true, unlimited{}.broken) },
	Broken: func(ctx context.Context) (pitfall.Outcome, error) {
		return manyRequests(ctx, false, unlimited{}.broken)
	},
	Fixed: func(ctx context.Context) (pitfall.Outcome, error) { return manyRequests(ctx, false, unlimited{}.fixed) },
}

// most is how much may be owed to a client that is listened to.
const most = 64 << 10

type unlimited struct{}

// broken says what to watch a client for, to whom so much is owed.
func (unlimited) broken(owed []byte) (events uint32) {
	if len(owed) == 0 {
		return unix.EPOLLIN
	}
	return unix.EPOLLIN | unix.EPOLLOUT
}

// fixed says what to watch a client for, to whom so much is owed.
func (unlimited) fixed(owed []byte) (events uint32) {
	if len(owed) == 0 {
		return unix.EPOLLIN
	}
	if len(owed) > most {
		return unix.EPOLLOUT // unread requests fill its socket, until TCP has the client wait
	}
	return unix.EPOLLIN | unix.EPOLLOUT
}

const requests, each = 250, 8 << 10 // how many requests of a byte, and the bytes of an answer to each

// manyRequests is a client that sends all its requests at once. It reads from the beginning on, or
// else not until the server listens no more, or has heard them all.
func manyRequests(ctx context.Context, reads bool, watch func(owed []byte) uint32) (o pitfall.Outcome, err error) {
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
	if err := poller.Add(p.Server, unix.EPOLLIN); err != nil {
		return o, err
	}
	if err := poller.Add(p.Client, readable(reads)); err != nil {
		return o, err
	}
	if _, err := unix.Write(p.Client, make([]byte, requests)); err != nil {
		return o, os.NewSyscallError("write", err)
	}
	s := generous{poller: poller, fd: p.Server}
	got := 0
	for got < requests*each {
		ready, err := poller.Wait(time.Second)
		if err != nil || ctx.Err() != nil || len(ready) == 0 {
			return o, errors.Join(err, ctx.Err(), o.Decide(false, false))
		}
		for _, e := range ready {
			if int(e.Fd) == p.Client {
				read, err := eagain{}.fixed(p.Client, nil)
				if got += len(read); err != nil {
					return o, err
				}
			} else if err := s.handle(e.Events, watch); err != nil {
				return o, err
			}
		}
		if !reads && (s.heard == requests || s.watched&unix.EPOLLIN == 0) {
			reads = true
			if err := poller.Modify(p.Client, readable(reads)); err != nil {
				return o, err
			}
		}
	}
	o.Add("bytes that the client gets in the end", got)
	o.Add("bytes that the server has kept for it, at most", s.peak)
	return o, o.Decide(s.peak > requests*each/2, s.peak <= requests*each/2)
}

func readable(yes bool) uint32 {
	if yes {
		return unix.EPOLLIN
	}
	return 0
}

// generous is a server of one connection, which answers each byte with each of its own.
type generous struct {
	poller      *epoll.Poller
	fd          int
	owed        []byte
	watched     uint32
	heard, peak int
}

func (s *generous) handle(events uint32, watch func(owed []byte) uint32) (err error) {
	if events&unix.EPOLLIN != 0 {
		var request [1]byte
		if n, err := unix.Read(s.fd, request[:]); err != nil && err != unix.EAGAIN {
			return os.NewSyscallError("read", err)
		} else if n == 1 {
			s.heard++
			s.owed = append(s.owed, make([]byte, each)...)
		}
	}
	s.peak = max(s.peak, len(s.owed))
	if len(s.owed) > 0 {
		if s.owed, err = (partial{}).fixed(s.fd, s.owed); err != nil {
			return err
		}
	}
	s.watched = watch(s.owed)
	return s.poller.Modify(s.fd, s.watched)
}
