// check says: the peer gets bytes twice

//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package shortwrite

import "golang.org/x/sys/unix"

func flush(write func([]byte) (int, error), pending []byte) (rest []byte, err error) {
	for {
		n, err := write(pending)
		switch {
		case err == unix.EAGAIN:
			return pending, nil
		case err == nil && n == len(pending):
			return nil, nil
		case err != nil && err != unix.EINTR:
			return pending, err
		}
	}
}
