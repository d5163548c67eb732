package sys

import "golang.org/x/sys/unix"

const (
	TCP_KEEPIDLE     = unix.TCP_KEEPIDLE
	TCP_KEEPINTVL    = unix.TCP_KEEPINTVL
	TCP_KEEPCNT      = unix.TCP_KEEPCNT
	TCP_USER_TIMEOUT = unix.TCP_USER_TIMEOUT
)

// Socket sets CLOEXEC in the same call. A second call would leave a moment in which another
// thread could start a program, and that program would inherit the socket.
func Socket(family, kind, protocol int) (Handle, error) {
	return unix.Socket(family, kind|unix.SOCK_CLOEXEC, protocol)
}

func acceptCloexec(fd Handle) (Handle, unix.Sockaddr, error) {
	return unix.Accept4(fd, unix.SOCK_CLOEXEC)
}
