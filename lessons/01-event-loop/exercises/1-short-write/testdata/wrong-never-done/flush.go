// check says: flush does not see that it is done: it writes nothing, again and again

//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package shortwrite

import "golang.org/x/sys/unix"

func flush(write func([]byte) (int, error), pending []byte) (rest []byte, err error) {
	for {
		n, err := write(pending)
		switch err {
		case nil:
			pending = pending[n:]
		case unix.EINTR:
		case unix.EAGAIN:
			return pending, nil
		default:
			return pending, err
		}
	}
}
