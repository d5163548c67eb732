//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package sock

import (
	"os"

	"golang.org/x/sys/unix"
)

type (
	sockaddr = unix.Sockaddr
	inet4    = unix.SockaddrInet4
	inet6    = unix.SockaddrInet6
)

// Read is read(2) on a non-blocking descriptor: EAGAIN when there is nothing.
func Read(fd int, into []byte) (int, error) {
	n, err := unix.Read(fd, into)
	return max(n, 0), err // -1 beside an error
}

// Write is write(2) on a non-blocking descriptor: it may take less than it is given, or
// nothing, and then it returns EAGAIN.
func Write(fd int, from []byte) (int, error) {
	n, err := unix.Write(fd, from)
	return max(n, 0), err
}

// CloseWrite finishes: behind what has been written comes a FIN. See shutdown(2).
func CloseWrite(fd int) error { return unix.Shutdown(fd, unix.SHUT_WR) }

// ResetOnClose makes Close send RST, and drop what the peer has not got. See socket(7),
// SO_LINGER.
func ResetOnClose(fd int) error {
	return unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
}

// Close is close(2).
func Close(fd int) error { return unix.Close(fd) }

// reuseAddress: old connections of an earlier server linger in TIME_WAIT. They shall not
// keep us out.
func reuseAddress(fd int) error { return setOption(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1) }

func setOption(fd, level, name, value int) error {
	return os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, level, name, value))
}

func bind(fd int, at sockaddr) error { return os.NewSyscallError("bind", unix.Bind(fd, at)) }

func startListening(fd, backlog int) error {
	return os.NewSyscallError("listen", unix.Listen(fd, backlog))
}

func getsockname(fd int) (sockaddr, error) {
	sa, err := unix.Getsockname(fd)
	return sa, os.NewSyscallError("getsockname", err)
}
