//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package fast

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// looking is a connection that can be looked at.
type looking struct{ raw syscall.RawConn }

// at looks at a connection from which nobody reads just now, and takes nothing.
func (l looking) at() (found int) {
	if l.raw == nil {
		return unknown
	}
	var n int
	var err error
	if l.raw.Control(func(fd uintptr) {
		var one [1]byte
		n, _, err = unix.Recvfrom(int(fd), one[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
	}) != nil {
		return ended // it is closed
	}
	switch {
	case err == unix.EAGAIN:
		return silent
	case err == unix.EINTR:
		return unknown
	case err != nil || n == 0:
		return ended
	}
	return speaks
}

// looker is for at.
func looker(conn net.Conn) looking {
	tcp, ok := conn.(syscall.Conn)
	if !ok {
		return looking{}
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return looking{}
	}
	return looking{raw}
}
