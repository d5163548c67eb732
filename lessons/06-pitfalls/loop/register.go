//go:build linux

// Package loop has the pitfalls of an event loop: nonblocking descriptors, and a poller.
package loop

import (
	"context"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/06-pitfalls/epoll"
	"onthewire/lessons/06-pitfalls/pitfall"
	"onthewire/lessons/internal/twelve"
)

// Register accepts a connection, and does not tell the poller.
var Register = pitfall.Pitfall{
	Number:   1,
	Name:     "register",
	Subjects: []string{"epoll_ctl(2)", "EPOLL_CTL_ADD", "accept(2)"},
	Title:    "A connection that nobody registered",
	Symptom:  "Clients connect at once, and then wait for ever. The server sleeps, at no CPU at all, and logs no error.",
	Messages: []string{
		"context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
		"upstream timed out (110: Connection timed out) while reading response header from upstream",
		"upstream request timeout",
		"there is no reactor running, must be called from the context of a Tokio 1.x runtime",
	},
	Diagnose: [][2]string{
		{"ss -tn", "a Recv-Q above 0 that does not sink: the bytes have arrived, and nobody has read them"},
		{"grep tfd /proc/PID/fdinfo/*", "what each epoll descriptor watches: the connection's is not among them"},
		{"strace -f -e trace=accept4,epoll_ctl,epoll_wait,epoll_pwait", "an accept4 with no epoll_ctl behind it, and then a wait without an end"},
	},
	Broken: func(ctx context.Context) (pitfall.Outcome, error) { return oneCaller(ctx, register{}.broken) },
	Fixed:  func(ctx context.Context) (pitfall.Outcome, error) { return oneCaller(ctx, register{}.fixed) },
}

type register struct{}

// broken accepts the next connection, which the loop then waits for too.
func (register) broken(_ *epoll.Poller, listener int) (int, error) {
	fd, _, err := unix.Accept4(listener, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
	if err != nil {
		return -1, os.NewSyscallError("accept4", err)
	}
	return fd, nil
}

// fixed accepts the next connection, which the loop then waits for too.
func (register) fixed(p *epoll.Poller, listener int) (int, error) {
	fd, _, err := unix.Accept4(listener, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
	if err != nil {
		return -1, os.NewSyscallError("accept4", err)
	}
	if err := p.Add(fd, unix.EPOLLIN); err != nil {
		return -1, errors.Join(err, unix.Close(fd)) // or the client waits for nobody
	}
	return fd, nil
}

// oneCaller is a client that connects and speaks. Its bytes are there when the poller is asked.
func oneCaller(ctx context.Context, accept func(p *epoll.Poller, listener int) (int, error)) (o pitfall.Outcome, err error) {
	listener, at, err := epoll.Listen()
	if err != nil {
		return o, err
	}
	defer unix.Close(listener)
	poller, err := epoll.New()
	if err != nil {
		return o, err
	}
	defer poller.Close()
	if err := poller.Add(listener, unix.EPOLLIN); err != nil {
		return o, err
	}
	client, err := epoll.Connect(at)
	if err != nil {
		return o, err
	}
	defer unix.Close(client)
	if ready, err := poller.Wait(time.Second); err != nil || ctx.Err() != nil || len(ready) != 1 {
		return o, errors.Join(err, ctx.Err())
	}
	fd, err := accept(poller, listener)
	if err != nil {
		return o, err
	}
	defer unix.Close(fd)
	if _, err := unix.Write(client, []byte(twelve.Bytes)); err != nil {
		return o, os.NewSyscallError("write", err)
	}
	epoll.Readable(fd, time.Second) // they have come when it returns
	waiting, err := unix.IoctlGetInt(fd, unix.SIOCINQ)
	if err != nil {
		return o, os.NewSyscallError("ioctl", err)
	}
	ready, err := poller.Wait(0)
	if err != nil {
		return o, err
	}
	o.Add("bytes that wait in the server's socket", waiting)
	o.Add("events that the poller has for the loop", len(ready))
	told := len(ready) == 1 && int(ready[0].Fd) == fd
	return o, o.Decide(waiting == len(twelve.Bytes) && len(ready) == 0, waiting == len(twelve.Bytes) && told)
}
