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
	advised, ok := errors.AsType[interface {
		error
		Advice() string
	}](refused(unix.ENOMEM))
	if !ok || !errors.Is(advised, unix.ENOMEM) || errors.Is(advised, errors.ErrUnsupported) || advised.Advice() == "" {
		t.Errorf("ENOMEM: %v, want advice: another try may have more luck", advised)
	}
	if err := refused(unix.EMFILE); errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("%v: another try may have more luck", err)
	}
}
