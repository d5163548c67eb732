// check says: EINTR is returned as an error: a signal costs a healthy client its connection

//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package shortwrite

import "syscall"

func flush(write func([]byte) (int, error), pending []byte) (rest []byte, err error) {
	for len(pending) > 0 {
		n, err := write(pending)
		if err == syscall.EAGAIN {
			return pending, nil
		}
		if err != nil {
			return pending, err
		}
		pending = pending[n:]
	}
	return nil, nil
}
