package sys

import (
	"math"

	"golang.org/x/sys/unix"
)

// MaxLinger is what SO_LINGER has room for, in seconds.
const MaxLinger = math.MaxInt32

// Socket sets CLOEXEC in the same call. A second call would leave a moment in which another
// thread could start a program, and that program would inherit the socket.
func Socket(family, kind, protocol int) (Handle, error) {
	return unix.Socket(family, kind|unix.SOCK_CLOEXEC, protocol)
}

func acceptCloexec(fd Handle) (Handle, unix.Sockaddr, error) {
	return unix.Accept4(fd, unix.SOCK_CLOEXEC)
}
