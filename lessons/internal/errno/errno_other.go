//go:build !windows

package errno

import "syscall"

func native(code syscall.Errno) syscall.Errno { return code }
