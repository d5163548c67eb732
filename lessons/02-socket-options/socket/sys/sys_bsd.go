//go:build dragonfly || freebsd || netbsd || openbsd

package sys

import (
	"math"
	"syscall"

	"golang.org/x/sys/unix"
)

// MaxLinger is what SO_LINGER has room for, in seconds: so_linger is a short
// (sys/socketvar.h). FreeBSD and NetBSD take twice as much and keep it as a negative time;
// DragonFly cuts whatever it gets.
const MaxLinger = math.MaxInt16

func Socket(family, kind, protocol int) (Handle, error) {
	return unix.Socket(family, kind|unix.SOCK_CLOEXEC, protocol)
}

// acceptCloexec needs the lock that package os/exec takes while it starts a program:
// x/sys has accept4 for some of these systems only.
func acceptCloexec(fd Handle) (Handle, unix.Sockaddr, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	conn, from, err := unix.Accept(fd)
	if err == nil {
		unix.CloseOnExec(conn)
	}
	return conn, from, err
}
