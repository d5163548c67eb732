//go:build dragonfly || freebsd || netbsd

package sys

import (
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	TCP_KEEPIDLE     = unix.TCP_KEEPIDLE
	TCP_KEEPINTVL    = unix.TCP_KEEPINTVL
	TCP_KEEPCNT      = unix.TCP_KEEPCNT
	TCP_USER_TIMEOUT = NotHere
)

func Socket(family, kind, protocol int) (Handle, error) {
	return unix.Socket(family, kind|unix.SOCK_CLOEXEC, protocol)
}

// acceptCloexec needs the lock that package os/exec takes while it starts a program:
// x/sys has accept4 for two of the three systems only.
func acceptCloexec(fd Handle) (Handle, unix.Sockaddr, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	conn, from, err := unix.Accept(fd)
	if err == nil {
		unix.CloseOnExec(conn)
	}
	return conn, from, err
}
