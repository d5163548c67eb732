//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package socket_test

import (
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"onthewire/lessons/02-socket-options/socket"
)

const (
	timedOut  = syscall.EAGAIN // how a read ends whose time is over
	netBlocks = false          // a socket of package net
)

// blocks tells whether calls on a socket wait.
func blocks(t *testing.T, s *socket.Socket) bool {
	t.Helper()
	return must[int](t)(unix.FcntlInt(s.Descriptor(), unix.F_GETFL, 0))&unix.O_NONBLOCK == 0
}

// inherited tells whether a child would have the socket.
func inherited(t *testing.T, s *socket.Socket) bool {
	t.Helper()
	return must[int](t)(unix.FcntlInt(s.Descriptor(), unix.F_GETFD, 0))&unix.FD_CLOEXEC == 0
}
