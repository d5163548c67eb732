//go:build darwin || dragonfly || freebsd || netbsd || openbsd || windows

package loop

import "onthewire/lessons/01-event-loop/sock"

// read and write ask the Go scheduler first; rw_linux.go says what that means. On macOS,
// OpenBSD and Windows a program has to call a library of the system, and the raw way is not
// open to it. On the others it would be, but nobody has measured there what it is worth.
func read(fd int, into []byte) (int, error)  { return sock.Read(fd, into) }
func write(fd int, from []byte) (int, error) { return sock.Write(fd, from) }
