//go:build linux

package loop

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/06-pitfalls/epoll"
	"onthewire/lessons/06-pitfalls/pitfall"
	"onthewire/lessons/internal/twelve"
)

// Eagain takes EAGAIN for an error.
var Eagain = pitfall.Pitfall{
	Number:   3,
	Name:     "eagain",
	Subjects: []string{"EAGAIN", "O_NONBLOCK", "read(2)"},
	Title:    "EAGAIN taken for an error",
	Symptom:  "Clients that send all and hang up are served. Those that pause are hung up on, in the middle of what they had to say.",
	Messages: []string{
		"resource temporarily unavailable",
		"Resource temporarily unavailable (os error 11)",
		"recv() failed (11: Resource temporarily unavailable)",
		"EWOULDBLOCK",
		"operation would block",
		"[Errno 11] Resource temporarily unavailable",
		"EAGAIN",
	},
	Diagnose: [][2]string{
		{"strace -f -e trace=network,read,close", "a read that returns -1 EAGAIN, and a close of the same descriptor right behind it"},
	},
	Laptop: func(ctx context.Context) (pitfall.Outcome, error) { return twoHalves(ctx, false, eagain{}.broken) },
	Broken: func(ctx context.Context) (pitfall.Outcome, error) { return twoHalves(ctx, true, eagain{}.broken) },
	Fixed:  func(ctx context.Context) (pitfall.Outcome, error) { return twoHalves(ctx, true, eagain{}.fixed) },
}

type eagain struct{}

// broken appends all that has arrived. The error is io.EOF if nothing more will come.
func (eagain) broken(fd int, got []byte) ([]byte, error) {
	var buf [512]byte
	for {
		n, err := unix.Read(fd, buf[:])
		if err != nil {
			return got, os.NewSyscallError("read", err)
		}
		if n == 0 {
			return got, io.EOF
		}
		got = append(got, buf[:n]...)
	}
}

// fixed appends all that has arrived. The error is io.EOF if nothing more will come.
func (eagain) fixed(fd int, got []byte) ([]byte, error) {
	var buf [512]byte
	for {
		n, err := unix.Read(fd, buf[:])
		if err == unix.EAGAIN {
			return got, nil // nothing is wrong: the poller says when there is more
		}
		if err != nil {
			return got, os.NewSyscallError("read", err)
		}
		if n == 0 {
			return got, io.EOF
		}
		got = append(got, buf[:n]...)
	}
}

// twoHalves is a client that says the twelve bytes and hangs up. It may pause in the middle, until
// the server waits again.
func twoHalves(ctx context.Context, pauses bool, read func(fd int, got []byte) ([]byte, error)) (o pitfall.Outcome, err error) {
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
	if err := poller.Add(p.Server, unix.EPOLLIN|unix.EPOLLET); err != nil {
		return o, err
	}
	halves := []string{twelve.Bytes}
	if pauses {
		halves = []string{twelve.Bytes[:5], twelve.Bytes[5:]}
	}
	var got []byte
	for i, half := range halves {
		if _, err := unix.Write(p.Client, []byte(half)); err != nil {
			return o, os.NewSyscallError("write", err)
		}
		if i == len(halves)-1 {
			unix.Shutdown(p.Client, unix.SHUT_WR)
		}
		if ready, err := poller.Wait(time.Second); err != nil || ctx.Err() != nil || len(ready) == 0 {
			return o, errors.Join(err, ctx.Err())
		}
		if got, err = read(p.Server, got); err != nil {
			break
		}
	}
	o.Add("the server has read", string(got))
	o.Add("its last read says", err)
	return o, o.Decide(errors.Is(err, unix.EAGAIN) && len(got) < len(twelve.Bytes), err == io.EOF && string(got) == twelve.Bytes)
}
