//go:build linux

package loop

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/06-pitfalls/epoll"
	"onthewire/lessons/06-pitfalls/pitfall"
	"onthewire/lessons/internal/twelve"
)

// Edge reads once for each edge.
var Edge = pitfall.Pitfall{
	Number:   5,
	Name:     "edge",
	Subjects: []string{"EPOLLET", "epoll(7)", "read(2)"},
	Title:    "An edge, and less read than what had arrived",
	Symptom:  "Now and then a connection stands still, in the middle of a long message. It goes on as soon as the client sends anything more.",
	Messages: []string{
		"i/o timeout",
		"deadline has elapsed",
		"upstream timed out (110: Connection timed out) while sending request to upstream",
		"EPOLLET",
		"edge-triggered",
		"stream timeout",
		"edge triggers",
	},
	Diagnose: [][2]string{
		{"ss -tn", "a Recv-Q above 0 that does not sink, although the server sleeps"},
		{"strace -f -e trace=read,epoll_wait,epoll_pwait", "a read that returns just as much as it asked for, and a wait behind it, with no read that says EAGAIN between them"},
		{"grep tfd /proc/PID/fdinfo/*", "events: 80000019 or the like: the 8 in front is EPOLLET"},
	},
	Laptop: func(ctx context.Context) (pitfall.Outcome, error) { return oneEdge(ctx, 1, edge{}.broken) },
	Broken: func(ctx context.Context) (pitfall.Outcome, error) { return oneEdge(ctx, 100, edge{}.broken) },
	Fixed:  func(ctx context.Context) (pitfall.Outcome, error) { return oneEdge(ctx, 100, edge{}.fixed) },
}

type edge struct{}

// broken appends what has arrived, when the poller has reported it.
func (edge) broken(fd int, got []byte) ([]byte, error) {
	var buf [512]byte
	n, err := unix.Read(fd, buf[:])
	if err != nil {
		return got, os.NewSyscallError("read", err)
	}
	return append(got, buf[:n]...), nil
}

// fixed appends what has arrived, when the poller has reported it.
func (edge) fixed(fd int, got []byte) ([]byte, error) {
	var buf [512]byte
	for {
		n, err := unix.Read(fd, buf[:])
		if err == unix.EAGAIN || err == nil && n == 0 {
			return got, nil // now there will be an edge for whatever comes
		}
		if err != nil {
			return got, os.NewSyscallError("read", err)
		}
		got = append(got, buf[:n]...)
	}
}

// oneEdge is a client that sends all it has to say at once, which is one segment over loopback.
func oneEdge(ctx context.Context, times int, read func(fd int, got []byte) ([]byte, error)) (o pitfall.Outcome, err error) {
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
	text := strings.Repeat(twelve.Bytes, times)
	if _, err := unix.Write(p.Client, []byte(text)); err != nil {
		return o, os.NewSyscallError("write", err)
	}
	if ready, err := poller.Wait(time.Second); err != nil || ctx.Err() != nil || len(ready) == 0 {
		return o, errors.Join(err, ctx.Err(), o.Decide(false, false))
	}
	got, err := read(p.Server, nil)
	if err != nil {
		return o, err
	}
	left, err := unix.IoctlGetInt(p.Server, unix.SIOCINQ)
	if err != nil {
		return o, os.NewSyscallError("ioctl", err)
	}
	again, err := poller.Wait(20 * time.Millisecond)
	if err != nil {
		return o, err
	}
	o.Add("bytes that the client has sent", len(text))
	o.Add("events after the read", len(again))
	o.Add("bytes that are left in the server's socket", left)
	return o, o.Decide(left > 0 && len(again) == 0, left == 0 && string(got) == text)
}
