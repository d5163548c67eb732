//go:build unix

package measure

import "syscall"

// MaxDescriptors is how many descriptors this process may have open. The Go runtime has
// already raised the soft limit as far as it may go. See getrlimit(2), RLIMIT_NOFILE.
func MaxDescriptors() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 256
	}
	return int(min(uint64(limit.Cur), 1<<30))
}
