//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package shortwrite

import "syscall"

func flush(write func([]byte) (int, error), pending []byte) (rest []byte, err error) {
	for len(pending) > 0 {
		n, err := write(pending)
		switch err {
		case nil:
			pending = pending[n:] // a short write is normal: keep the rest
		case syscall.EINTR:
		case syscall.EAGAIN:
			return pending, nil // the buffer is full: not an error, a pause
		default:
			return pending, err
		}
	}
	return nil, nil
}
