//go:build linux

package epoll

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// A Pair is the two ends of a TCP connection over loopback, both nonblocking.
type Pair struct{ Client, Server int }

// NewPair connects a client, and accepts it. The server sends through small buffers, so it is soon
// told to wait by a client that does not read.
func NewPair() (p Pair, err error) {
	listener, at, err := Listen()
	if err != nil {
		return p, err
	}
	defer unix.Close(listener)
	if p.Client, err = Connect(at); err != nil {
		return p, err
	}
	p.Server, _, err = unix.Accept4(listener, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
	if err != nil {
		return p, errors.Join(os.NewSyscallError("accept4", err), unix.Close(p.Client))
	}
	return p, os.NewSyscallError("setsockopt", unix.SetsockoptInt(p.Server, unix.SOL_SOCKET, unix.SO_SNDBUF, 16<<10))
}

// Close closes both ends.
func (p Pair) Close() {
	unix.Close(p.Client)
	unix.Close(p.Server)
}

// Listen makes a nonblocking listener on a free port, and returns where it is.
func Listen() (int, unix.Sockaddr, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, nil, os.NewSyscallError("socket", err)
	}
	at, err := listen(fd)
	if err != nil {
		return -1, nil, errors.Join(err, unix.Close(fd))
	}
	return fd, at, nil
}

func listen(fd int) (unix.Sockaddr, error) {
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return nil, os.NewSyscallError("bind", err)
	}
	if err := unix.Listen(fd, 128); err != nil {
		return nil, os.NewSyscallError("listen", err)
	}
	at, err := unix.Getsockname(fd)
	return at, os.NewSyscallError("getsockname", err)
}

// Connect connects a client, which is nonblocking from then on.
func Connect(at unix.Sockaddr) (int, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	err = os.NewSyscallError("connect", unix.Connect(fd, at))
	if err == nil {
		err = os.NewSyscallError("fcntl", unix.SetNonblock(fd, true))
	}
	if err != nil {
		return -1, errors.Join(err, unix.Close(fd))
	}
	return fd, nil
}

// Readable waits until a descriptor can be read, for so long at most, and tells whether it can. It
// asks poll(2), and no poller.
func Readable(fd int, most time.Duration) bool {
	end := time.Now().Add(most)
	for {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, max(0, int(time.Until(end).Milliseconds())))
		if !errors.Is(err, unix.EINTR) {
			return n == 1
		}
	}
}
