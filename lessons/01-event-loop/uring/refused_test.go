//go:build linux

package uring

import (
	"errors"
	"testing"

	"golang.org/x/sys/unix"
)

func TestASystemThatRefusesIsUnsupported(t *testing.T) {
	for _, errno := range []unix.Errno{unix.ENOSYS, unix.EPERM, unix.EACCES, unix.EINVAL} {
		if err := refused(errno); !errors.Is(err, errors.ErrUnsupported) || !errors.Is(err, errno) {
			t.Errorf("%v: %v, want both it and ErrUnsupported", errno, err)
		}
	}
	if err := refused(unix.EMFILE); errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("%v: another try may have more luck", err)
	}
}
