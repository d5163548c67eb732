package sock

import (
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// Accept takes one waiting client from the listener: a non-blocking descriptor, or the
// error of accept4(2) as it is, EAGAIN when nobody waits. It asks for no address, of which
// unix.Accept4 would make a value that nobody here looks at and the collector has to find.
func Accept(listener int) (int, error) {
	fd, _, errno := unix.Syscall6(unix.SYS_ACCEPT4,
		uintptr(listener), 0, 0, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0, 0)
	if errno != 0 {
		return -1, errno
	}
	return int(fd), nil
}

func socket(at netip.AddrPort) (int, error) {
	family := unix.AF_INET
	if at.Addr().Is6() {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	return fd, os.NewSyscallError("socket", err)
}

// sharePort lets several sockets of one user listen on one port.
func sharePort(fd int) error {
	return setOption(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
}

// Unsent is how many bytes of ours the peer's kernel has not acknowledged yet. A FIN counts
// as one.
func Unsent(fd int) int {
	n, _ := unix.IoctlGetInt(fd, unix.SIOCOUTQ)
	return n
}
