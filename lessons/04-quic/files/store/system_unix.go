//go:build unix

package store

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// nonblocking is for opening what may be a named pipe: without it, that waits for a writer.
const nonblocking = unix.O_NONBLOCK

// lock takes a part for this process. It ends with the descriptor, also when the process is
// killed (flock(2)).
func lock(file *os.File) error {
	err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if err == unix.EWOULDBLOCK {
		return ErrBusy
	}
	return os.NewSyscallError("flock", err)
}

func syncDir(dir *os.File) error { return dir.Sync() }

// rename gives the part its name while we still hold its lock.
func (p *Part) rename() error { return p.folder.root.Rename(partName(p.name), p.name) }

// IsFull tells whether an error is that the disk, or one's share of it, is full.
func IsFull(err error) bool {
	return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT)
}
