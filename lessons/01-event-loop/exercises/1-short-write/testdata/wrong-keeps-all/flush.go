// check says: the peer gets bytes twice

//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package shortwrite

import "syscall"

func flush(write func([]byte) (int, error), pending []byte) (rest []byte, err error) {
	for {
		n, err := write(pending)
		switch {
		case err == syscall.EAGAIN:
			return pending, nil
		case err == nil && n == len(pending):
			return nil, nil
		case err != nil && err != syscall.EINTR:
			return pending, err
		}
	}
}
