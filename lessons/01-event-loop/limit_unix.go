//go:build unix

package main

import "syscall"

// maxDescriptors is how many descriptors this process may have. See getrlimit(2).
func maxDescriptors() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 256
	}
	return int(min(uint64(limit.Cur), 1<<30))
}
