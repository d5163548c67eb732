//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

// Package sock opens listening TCP sockets, accepts from them, reads and writes by the
// system calls themselves. A socket of package net belongs to the Go runtime's own event
// loop, which has set it up for itself. A loop of ours needs sockets of its own.
//
// Each system's file (socket_linux.go, socket_bsd.go, socket_windows.go) defines
//
//	Accept(listener int) (int, error)
//	Unsent(fd int) int
//
// and, where socket_unix.go does not do it for both,
//
//	Read(fd int, into []byte) (int, error)
//	Write(fd int, from []byte) (int, error)
//	CloseWrite(fd int) error
//	ResetOnClose(fd int) error
//	Close(fd int) error
//
// Errors are those of package syscall on every system. Winsock has numbers of its own, so
// its file renames those that a server has to tell from others.
package sock

import (
	"context"
	"fmt"
	"net/netip"
	"syscall"
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
				Close(fd)
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
	if err := reuseAddress(fd); err != nil {
		return err
	}
	// Small messages go out at once. What we accept inherits this from the listener.
	if err := setOption(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1); err != nil {
		return err
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
	if err := bind(fd, addr); err != nil {
		return err
	}
	if shared && first {
		if err := sharePort(fd); err != nil {
			return err
		}
	}
	return startListening(fd, backlog)
}
