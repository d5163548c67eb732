//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

// Package shortwrite is exercise 1.1: what the kernel did not take has to wait.
package shortwrite

import "onthewire/lessons/internal/exercise"

// flush writes what is pending for one client, and returns what the kernel did not take.
// The loop will call it with that rest when the socket is writable again.
//
// write is write(2) on the client's socket, which never sleeps. It returns how many bytes
// the kernel took, perhaps fewer than it was offered, or -1 and why it took none:
//
//	syscall.EAGAIN   the socket's buffer is full
//	syscall.EINTR    a signal came in between
//	everything else  the connection is broken, and flush returns that error
func flush(write func([]byte) (int, error), pending []byte) (rest []byte, err error) {
	exercise.TODO("write what is pending, and return what the kernel did not take")
	return pending, nil
}
