package datagram

import (
	"errors"

	"golang.org/x/sys/windows"
)

// truncated: Windows calls it an error, WSAEMSGSIZE, although the buffer has been filled.
// Package net then leaves out who sent it.
func truncated(_ int, err error) (bool, error) {
	if errors.Is(err, windows.WSAEMSGSIZE) {
		return true, nil
	}
	return false, err
}
