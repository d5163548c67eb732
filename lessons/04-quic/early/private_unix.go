//go:build unix

package early

import (
	"os"
	"syscall"
)

// private tells whether a file or a folder is ours, and nobody else may use it.
func private(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid() && info.Mode().Perm()&0o077 == 0
}
