//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package load

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/01-event-loop/poller"
	"onthewire/lessons/01-event-loop/sock"
)

const (
	stride    = 40503  // scatters the streams over the noise: odd, so that each gets a place of its own
	perSource = 20_000 // connections from one address to another; at 28,000 the ports run out
)

// Open connects all clients, one after the other. A server that takes some of them and
// then no more is a fault to be counted; one that takes nobody is an error.
func Open(ctx context.Context, plan Plan) (*Clients, error) {
	to, err := net.ResolveTCPAddr("tcp", plan.Addr)
	if err != nil {
		return nil, fmt.Errorf("connect %s: %w", plan.Addr, err)
	}
	p, err := poller.New()
	if err != nil {
		return nil, err
	}
	c := &Clients{plan: plan, poller: p, conns: make(map[int]*conn), buf: make([]byte, buffer)}
	for i := range plan.Conns {
		err := c.open(ctx, to.AddrPort(), i)
		if refusal(err) && i > 0 {
			c.refused = plan.Conns - i
			return c, nil
		}
		if err != nil {
			c.Close()
			return nil, fmt.Errorf("connect %s: %w", plan.Addr, err)
		}
	}
	return c, nil
}

// refusal tells whether it is the server that did not take a connection.
func refusal(err error) bool {
	return errors.Is(err, unix.ECONNREFUSED) || errors.Is(err, unix.ECONNRESET) || errors.Is(err, os.ErrDeadlineExceeded)
}

func (c *Clients) open(ctx context.Context, to netip.AddrPort, i int) error {
	var from netip.Addr
	if n := c.sources(); n > 1 {
		from = netip.AddrFrom4([4]byte{127, 0, 0, byte(1 + i%n)})
	}
	fd, err := dial(ctx, from, netip.AddrPortFrom(to.Addr().Unmap(), to.Port()))
	if err != nil {
		return err
	}
	c.conns[fd] = &conn{
		fd: fd, want: poller.Readable,
		phase: int64(i * stride % period), begun: make([]time.Duration, c.plan.Pipeline),
	}
	return c.poller.Add(fd, poller.Readable)
}

// sources is how many addresses the clients come from.
func (c *Clients) sources() int {
	if c.plan.Sources > 0 {
		return c.plan.Sources
	}
	return 1 + (c.plan.Conns-1)/perSource
}

// dial opens a connection on a socket that never blocks, and waits for it.
func dial(ctx context.Context, from netip.Addr, to netip.AddrPort) (fd int, err error) {
	if fd, err = socket(to); err != nil {
		return -1, err
	}
	defer func() {
		if err != nil {
			unix.Close(fd)
		}
	}()
	if err := unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1); err != nil {
		return -1, os.NewSyscallError("setsockopt", err)
	}
	if from.IsValid() {
		if err := bind(fd, from); err != nil {
			return -1, os.NewSyscallError("bind", err)
		}
	}
	addr, err := sock.Sockaddr(to)
	if err != nil {
		return -1, err
	}
	err = unix.Connect(fd, addr)
	if err == unix.EINPROGRESS {
		err = connected(ctx, fd)
	}
	return fd, err
}

// connected waits until the handshake is over, and asks the socket how it went.
func connected(ctx context.Context, fd int) error {
	waiting := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
	for end := time.Now().Add(answerTimeout); ; {
		n, err := unix.Poll(waiting, int(turn.Milliseconds()))
		switch {
		case err != nil && err != unix.EINTR:
			return os.NewSyscallError("poll", err)
		case n > 0:
			errno, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
			if err == nil && errno != 0 {
				err = unix.Errno(errno)
			}
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case time.Now().After(end):
			return os.ErrDeadlineExceeded
		}
	}
}

func socket(to netip.AddrPort) (int, error) {
	family := unix.AF_INET
	if to.Addr().Is6() {
		family = unix.AF_INET6
	}
	syscall.ForkLock.RLock() // no child may start between the two calls and keep fd
	fd, err := unix.Socket(family, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return -1, os.NewSyscallError("fcntl", err)
	}
	return fd, nil
}
