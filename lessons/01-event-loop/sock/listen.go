//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

// Package sock opens listening TCP sockets and accepts from them by the system calls
// themselves. A socket of package net belongs to the Go runtime's own event loop, which
// has set it up for itself. A loop of ours needs sockets of its own.
package sock

import (
	"context"
	"fmt"
	"net"
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
	if err := unix.Bind(fd, sockaddr(at)); err != nil {
		return os.NewSyscallError("bind", err)
	}
	if shared && first {
		if err := sharePort(fd); err != nil {
			return err
		}
	}
	return os.NewSyscallError("listen", unix.Listen(fd, backlog))
}

func resolve(ctx context.Context, address string) (netip.AddrPort, error) {
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return netip.AddrPort{}, err
	}
	port, err := net.DefaultResolver.LookupPort(ctx, "tcp", service)
	if err != nil {
		return netip.AddrPort{}, err
	}
	if host == "" {
		host = "0.0.0.0"
	}
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return netip.AddrPort{}, err
	}
	return netip.AddrPortFrom(ips[0].Unmap(), uint16(port)), nil
}

func sockaddr(a netip.AddrPort) unix.Sockaddr {
	if a.Addr().Is4() {
		return &unix.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()}
	}
	return &unix.SockaddrInet6{Port: int(a.Port()), Addr: a.Addr().As16()}
}

func localAddr(fd int) (netip.AddrPort, error) {
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return netip.AddrPort{}, os.NewSyscallError("getsockname", err)
	}
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port)), nil
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(sa.Addr), uint16(sa.Port)), nil
	}
	return netip.AddrPort{}, fmt.Errorf("getsockname: an address of type %T", sa)
}
