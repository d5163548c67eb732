package sys

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// OpenBSD has one set of keep-alive times for all connections (sysctl net.inet.tcp.keepidle).
const (
	TCP_KEEPIDLE     = NotHere
	TCP_KEEPINTVL    = NotHere
	TCP_KEEPCNT      = NotHere
	TCP_USER_TIMEOUT = NotHere
)

func Socket(family, kind, protocol int) (Handle, error) {
	return unix.Socket(family, kind|unix.SOCK_CLOEXEC, protocol)
}

func acceptCloexec(fd Handle) (Handle, unix.Sockaddr, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	conn, from, err := unix.Accept(fd)
	if err == nil {
		unix.CloseOnExec(conn)
	}
	return conn, from, err
}
