//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package sys

import (
	"errors"
	"math"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// Connect must not be repeated after a signal: the kernel goes on with it, and a second
// call is told EALREADY. So it waits for the first one to end.
func Connect(fd Handle, addr netip.AddrPort) error {
	sa, err := sockaddr(addr)
	if err != nil {
		return err
	}
	if err := unix.Connect(fd, sa); err != unix.EINTR {
		return err
	}
	return connected(fd, math.MaxInt64)
}

// ConnectTimeout leaves the descriptor as it was: a borrowed one does not block.
func ConnectTimeout(fd Handle, addr netip.AddrPort, timeout time.Duration) (err error) {
	sa, err := sockaddr(addr)
	if err != nil {
		return err
	}
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	if err != nil {
		return err
	}
	if flags&unix.O_NONBLOCK == 0 {
		if err := unix.SetNonblock(fd, true); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, unix.SetNonblock(fd, false)) }()
	}
	if err := unix.Connect(fd, sa); err != unix.EINPROGRESS && err != unix.EINTR {
		return err
	}
	return connected(fd, timeout)
}

// connected waits for the end of a Connect. poll(2) counts milliseconds in 32 bits: a rest
// of one is rounded up, and what is too long is waited for in turns.
func connected(fd Handle, timeout time.Duration) error {
	for begun := time.Now(); ; {
		left := max(0, timeout-time.Since(begun))
		turn, err := Whole(left, time.Millisecond)
		if err != nil {
			turn = math.MaxInt32
		}
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}, turn)
		switch {
		case err == unix.EINTR || err == nil && n == 0 && left > 0:
			continue
		case err != nil:
			return err
		case n == 0:
			return unix.ETIMEDOUT
		}
		code, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
		if err == nil && code != 0 {
			err = unix.Errno(code)
		}
		return err
	}
}
