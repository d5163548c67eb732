package sys

import (
	"math"
	"syscall"

	"golang.org/x/sys/unix"
)

// MaxLinger is what SO_LINGER_SEC has room for, in seconds: the kernel keeps a short of
// ticks, a hundred a second (bsd/kern/uipc_socket.c), and cuts the product.
const MaxLinger = math.MaxInt16 / 100

// Socket needs the lock that package os/exec takes while it starts a program: this system
// cannot make a socket and set CLOEXEC in one call.
func Socket(family, kind, protocol int) (Handle, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := unix.Socket(family, kind, protocol)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	return fd, err
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
