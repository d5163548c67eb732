//go:build unix && !linux

package datagram

import "golang.org/x/sys/unix"

func truncated(flags int, err error) (bool, error) { return flags&unix.MSG_TRUNC != 0, err }
