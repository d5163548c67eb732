//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

// Package sock opens listening TCP sockets and accepts from them by the system calls
// themselves. A socket of package net belongs to the Go runtime's own event loop, which
// has set it up for itself. A loop of ours needs sockets of its own.
package sock

import (
	"context"
	"fmt"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// backlog is how many clients may wait to be accepted. Linux lowers it to what
// net.core.somaxconn says.
const backlog = 4096

// Listen opens n non-blocking sockets which all listen on the address, a HOST:PORT, and
// returns the address that they got. With n over 1 the kernel deals new clients out among
// them (SO_REUSEPORT, Linux only).
func Listen(ctx context.Context, address string, n int) (fds []int, at netip.AddrPort, err error) {
	defer func() {
		if err != nil {
			for _, fd := range fds {
				unix.Close(fd)
			}
			fds, err = nil, fmt.Errorf("listen %s: %w", address, err)
		}
	}()
	if at, err = resolve(ctx, address); err != nil {
		return nil, at, err
	}
	for range n {
		fd, err := socket(at)
		if err != nil {
			return fds, at, err
		}
		fds = append(fds, fd)
		if err := listen(fd, at, len(fds) == 1, n > 1); err != nil {
			return fds, at, err
		}
		if at, err = localAddr(fd); err != nil { // port 0 has become a real one
			return fds, at, err
		}
	}
	return fds, at, nil
}

func listen(fd int, at netip.AddrPort, first, shared bool) error {
	// Old connections of an earlier server linger in TIME_WAIT. They shall not keep us out.
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return os.NewSyscallError("setsockopt", err)
	}
	// Small messages go out at once. What we accept inherits this from the listener.
	if err := unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1); err != nil {
		return os.NewSyscallError("setsockopt", err)
	}
	// The first binds before it agrees to share. Otherwise a second server, started by
	// mistake, would be let in silently and take every other client.
	if shared && !first {
		if err := sharePort(fd); err != nil {
			return err
		}
	}
	addr, err := Sockaddr(at)
	if err != nil {
		return err
	}
	if err := unix.Bind(fd, addr); err != nil {
		return os.NewSyscallError("bind", err)
	}
	if shared && first {
		if err := sharePort(fd); err != nil {
			return err
		}
	}
	return os.NewSyscallError("listen", unix.Listen(fd, backlog))
}
