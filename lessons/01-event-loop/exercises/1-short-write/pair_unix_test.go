//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package shortwrite

import (
	"errors"

	"golang.org/x/sys/unix"
)

// most is how much of one write is offered to the kernel: all of it.
const most = 1 << 30

func pair() (server, peer int, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		return -1, -1, err
	}
	return fds[0], fds[1], errors.Join(unix.SetNonblock(fds[0], true), unix.SetNonblock(fds[1], true))
}
