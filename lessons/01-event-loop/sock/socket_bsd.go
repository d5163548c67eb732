//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package sock

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// Accept takes one waiting client from the listener: a non-blocking descriptor, or the
// error of accept(2) as it is, EAGAIN when nobody waits.
func Accept(listener int) (int, error) {
	syscall.ForkLock.RLock() // no child may start between the two calls and keep fd
	fd, _, err := unix.Accept(listener)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return -1, err
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

func socket(at netip.AddrPort) (int, error) {
	family := unix.AF_INET
	if at.Addr().Is6() {
		family = unix.AF_INET6
	}
	syscall.ForkLock.RLock()
	fd, err := unix.Socket(family, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return -1, os.NewSyscallError("fcntl", err)
	}
	return fd, nil
}

// sharePort lets several sockets of one user listen on one port. SO_REUSEPORT exists
// here too, but on most of these the newest socket would get every client. FreeBSD deals
// them out under another name, and DragonFly under this one; nobody has tried ours there.
func sharePort(int) error {
	return fmt.Errorf("several loops on one port: %w on %s; Linux deals clients out among them, try --loops 1",
		errors.ErrUnsupported, runtime.GOOS)
}

// Unsent is how many bytes of ours the peer's kernel has not acknowledged yet. Only macOS
// tells; elsewhere it is 0, and who stops leaves the rest to the kernel.
func Unsent(fd int) int {
	const soNWrite = 0x1024 // SO_NWRITE
	if runtime.GOOS != "darwin" {
		return 0
	}
	n, _ := unix.GetsockoptInt(fd, unix.SOL_SOCKET, soNWrite)
	return n
}
