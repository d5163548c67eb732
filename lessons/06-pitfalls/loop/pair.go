//go:build linux

// Package loop has the pitfalls of an event loop: nonblocking descriptors, and a poller.
package loop

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// A pair is the two ends of a TCP connection over loopback, both nonblocking.
type pair struct{ client, server int }

func newPair() (p pair, err error) {
	listener, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return p, os.NewSyscallError("socket", err)
	}
	defer unix.Close(listener)
	if p.client, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0); err != nil {
		return p, os.NewSyscallError("socket", err)
	}
	at, err := listen(listener)
	if err == nil {
		err = os.NewSyscallError("connect", unix.Connect(p.client, at))
	}
	if err == nil {
		p.server, _, err = unix.Accept4(listener, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
		err = os.NewSyscallError("accept4", err)
	}
	if err != nil {
		return p, errors.Join(err, unix.Close(p.client))
	}
	return p, os.NewSyscallError("fcntl", unix.SetNonblock(p.client, true))
}

// listen lets a socket listen on a free port, and returns where.
func listen(fd int) (unix.Sockaddr, error) {
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return nil, os.NewSyscallError("bind", err)
	}
	if err := unix.Listen(fd, 128); err != nil {
		return nil, os.NewSyscallError("listen", err)
	}
	at, err := unix.Getsockname(fd)
	return at, os.NewSyscallError("getsockname", err)
}

func (p pair) close() {
	unix.Close(p.client)
	unix.Close(p.server)
}
