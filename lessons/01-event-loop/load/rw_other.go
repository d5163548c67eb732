//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package load

import (
	"net/netip"

	"golang.org/x/sys/unix"
)

// read and write ask the Go scheduler first; there is no way around it here.
func read(fd int, into []byte) (int, error) {
	n, err := unix.Read(fd, into)
	return max(n, 0), err // -1 beside an error
}

func write(fd int, from []byte) (int, error) {
	n, err := unix.Write(fd, from)
	return max(n, 0), err
}

// bind chooses the source address, and a port that is free towards everybody.
func bind(fd int, from netip.Addr) error {
	return unix.Bind(fd, &unix.SockaddrInet4{Addr: from.As4()})
}
