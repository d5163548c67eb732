package store

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

const nonblocking = 0

// lock takes a part for this process. It ends with the handle (LockFileEx).
func lock(file *os.File) error {
	err := windows.LockFileEx(windows.Handle(file.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, new(windows.Overlapped))
	if err == windows.ERROR_LOCK_VIOLATION {
		return ErrBusy
	}
	return os.NewSyscallError("LockFileEx", err)
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

// IsFull tells whether an error is that the disk is full.
func IsFull(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL)
}
