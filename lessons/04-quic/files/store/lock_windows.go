package store

import (
	"os"

	"golang.org/x/sys/windows"
)

const nonblocking = 0

// lock takes a part for this process. It ends with the handle (LockFileEx).
func lock(file *os.File) error {
	return windows.LockFileEx(windows.Handle(file.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, new(windows.Overlapped))
}

// syncDir has no counterpart: FlushFileBuffers takes no folder.
func syncDir(*os.File) error { return nil }

// rename gives the part its name. Windows renames no open file.
func (p *Part) rename() error {
	if err := p.file.Close(); err != nil {
		return err
	}
	return p.folder.root.Rename(partName(p.name), p.name)
}
