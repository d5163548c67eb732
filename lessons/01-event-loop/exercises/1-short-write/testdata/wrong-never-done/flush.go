// check says: flush does not see that it is done: it writes nothing, again and again

//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package shortwrite

import "syscall"

func flush(write func([]byte) (int, error), pending []byte) (rest []byte, err error) {
	for {
		n, err := write(pending)
		switch err {
		case nil:
			pending = pending[n:]
		case syscall.EINTR:
		case syscall.EAGAIN:
			return pending, nil
		default:
			return pending, err
		}
	}
}
