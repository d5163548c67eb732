// Package errno asks which of the kernel's errors it was, on every system.
package errno

import (
	"errors"
	"syscall"
)

// Is is errors.Is for the errors of sockets. Windows has numbers of its own for them, which
// begin at 10000. Go hands them on as they are, although its syscall.ECONNRESET is another
// number there, one that no call ever returns.
func Is(err error, code syscall.Errno) bool {
	return errors.Is(err, code) || errors.Is(err, native(code))
}
