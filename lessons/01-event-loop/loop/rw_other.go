//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package loop

import "golang.org/x/sys/unix"

// read and write ask the Go scheduler first; rw_linux.go says what that means. On macOS and
// OpenBSD a program has to call the C library, and the raw way is not open to it. On the
// others it would be, but nobody has measured there what it is worth.
func read(fd int, into []byte) (int, error) {
	n, err := unix.Read(fd, into)
	return max(n, 0), err // -1 beside an error
}

func write(fd int, from []byte) (int, error) {
	n, err := unix.Write(fd, from)
	return max(n, 0), err
}
