// check says: what the kernel did not take is lost

//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package shortwrite

import "syscall"

func flush(write func([]byte) (int, error), pending []byte) (rest []byte, err error) {
	for {
		_, err := write(pending)
		switch err {
		case nil:
			return nil, nil
		case syscall.EINTR:
		case syscall.EAGAIN:
			return pending, nil
		default:
			return pending, err
		}
	}
}
