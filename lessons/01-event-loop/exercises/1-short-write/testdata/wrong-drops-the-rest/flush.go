// check says: what the kernel did not take is lost

//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package shortwrite

import "golang.org/x/sys/unix"

func flush(write func([]byte) (int, error), pending []byte) (rest []byte, err error) {
	for {
		_, err := write(pending)
		switch err {
		case nil:
			return nil, nil
		case unix.EINTR:
		case unix.EAGAIN:
			return pending, nil
		default:
			return pending, err
		}
	}
}
