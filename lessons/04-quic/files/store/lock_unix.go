//go:build unix

package store

import (
	"os"

	"golang.org/x/sys/unix"
)

// nonblocking is for opening what may be a named pipe: without it, that waits for a writer.
const nonblocking = unix.O_NONBLOCK

// lock takes a part for this process. It ends with the descriptor, also when the process is
// killed (flock(2)).
func lock(file *os.File) error {
	return unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
}

func syncDir(dir *os.File) error { return dir.Sync() }

// rename gives the part its name while we still hold its lock.
func (p *Part) rename() error { return p.folder.root.Rename(partName(p.name), p.name) }
