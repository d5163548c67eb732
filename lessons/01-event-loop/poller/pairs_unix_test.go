//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package poller_test

import (
	"testing"

	"golang.org/x/sys/unix"
)

// Each kind of descriptor is a pair: what is written to one end is read from the other.
var kinds = []kind{
	{name: "TCP", pair: tcpPair, ends: true, fills: true, duplex: true},
	{name: "Unix", pair: unixPair, ends: true, fills: true, duplex: true},
	{name: "pipe", pair: pipePair, ends: true, fills: true},
	{name: "UDP", pair: udpPair, duplex: true},
}

func nonblocking(fd int) error { return unix.SetNonblock(fd, true) }

func pipePair(t *testing.T) (reader, writer int) {
	var fds [2]int
	must(t, unix.Pipe(fds[:]))
	owned(t, fds[:]...)
	return fds[0], fds[1]
}

func unixPair(t *testing.T) (reader, writer int) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	must(t, err)
	owned(t, fds[:]...)
	return fds[0], fds[1]
}

func udpPair(t *testing.T) (reader, writer int) {
	reader, at := bound(t, unix.SOCK_DGRAM)
	writer, _ = bound(t, unix.SOCK_DGRAM)
	must(t, unix.Connect(writer, at))
	return reader, writer
}

func tcpListener(t *testing.T) int {
	fd, _ := bound(t, unix.SOCK_STREAM)
	must(t, unix.Listen(fd, 16))
	return fd
}

func tcpConnect(t *testing.T, listener int) int {
	at, err := unix.Getsockname(listener)
	must(t, err)
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	must(t, err)
	must(t, unix.Connect(fd, at))
	owned(t, fd)
	return fd
}

func bound(t *testing.T, kind int) (fd int, at unix.Sockaddr) {
	fd, err := unix.Socket(unix.AF_INET, kind, 0)
	must(t, err)
	owned(t, fd)
	must(t, unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	at, err = unix.Getsockname(fd)
	must(t, err)
	return fd, at
}
