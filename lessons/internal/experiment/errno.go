package experiment

import (
	"errors"
	"syscall"
)

// ErrnoName is how errno(3) names what the kernel has answered, ECONNRESET for one. Of an
// error that is none of the kernel's it is the text.
func ErrnoName(err error) string {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		if name := errnoName(errno); name != "" {
			return name
		}
	}
	return err.Error()
}
