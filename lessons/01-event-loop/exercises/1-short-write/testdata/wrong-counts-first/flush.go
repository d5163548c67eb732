// check says: your code panics

//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package shortwrite

import "syscall"

func flush(write func([]byte) (int, error), pending []byte) (rest []byte, err error) {
	for len(pending) > 0 {
		n, err := write(pending)
		pending = pending[n:] // beside an error n is -1
		if err == syscall.EAGAIN {
			return pending, nil
		}
		if err != nil && err != syscall.EINTR {
			return pending, err
		}
	}
	return nil, nil
}
