// Package store keeps files in a folder, and whole ones only: what arrives goes into a part
// beside its name, which takes the name when all of it is there. A part outlives the program,
// and whoever sends again goes on where it ends.
//
// Read it in this order: folder.go (what is there), names.go (which names may be), case.go
// (names that some disks take for one), part.go (what is arriving), state.go (what a part knows
// of itself), end.go (how it ends).
package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"
)

// A Folder is what a server serves, or a client fills. Nothing outside of it can be reached,
// not by .. nor by a symbolic link (os.Root). It may be used from several goroutines.
type Folder struct {
	Sync       bool  // before a part takes its name, its bytes have to be on the disk
	Limit      int64 // bytes that a file may have; 0: no limit
	Checkpoint int64 // bytes after which a part writes down how far it is

	root *os.Root
	disk fs.FS // the same, for those who only look

	mu   sync.Mutex
	busy map[string]bool // names that somebody of this process writes
}

// Open opens a folder, which has to exist. Its parts write down every 64 MiB how far they are:
// what has come since then has to come again if this process is killed.
func Open(dir string) (*Folder, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Folder{Sync: true, Checkpoint: 64 << 20, root: root, disk: root.FS(), busy: map[string]bool{}}, nil
}

// Close closes the folder. Parts come first.
func (f *Folder) Close() error { return f.root.Close() }

// Name is the folder's own.
func (f *Folder) Name() string { return f.root.Name() }

// File opens a file to be read. What is no regular file is refused, before it can block: a
// named pipe would.
func (f *Folder) File(name string) (*os.File, fs.FileInfo, error) {
	if err := CheckName(name); err != nil {
		return nil, nil, err
	}
	about, err := f.root.Stat(name)
	if err == nil {
		err = regular(about.Mode())
	}
	if err != nil {
		return nil, nil, plain(err)
	}
	file, err := f.root.OpenFile(name, os.O_RDONLY|nonblocking, 0)
	if err != nil {
		return nil, nil, plain(err)
	}
	about, err = file.Stat() // of what we have opened, whatever the name means by now
	if err == nil {
		err = regular(about.Mode())
	}
	if err != nil {
		file.Close()
		return nil, nil, plain(err)
	}
	return file, about, nil
}

func regular(mode fs.FileMode) error {
	switch {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		return errors.New("it is a folder")
	case mode&fs.ModeSymlink != 0:
		return errors.New("it is a symbolic link")
	}
	return errors.New("it is no regular file")
}

// Has tells whether there is a regular file of that name, size and time: most likely the same.
func (f *Folder) Has(name string, size int64, at time.Time) bool {
	if CheckName(name) != nil {
		return false
	}
	about, err := f.root.Stat(name)
	return err == nil && about.Mode().IsRegular() && about.Size() == size && about.ModTime().Equal(at)
}

// Walk tells of each file below a name, in lexical order, and with an error of what is no
// regular file, has a name that CheckName refuses or cannot be read. Parts are nobody's.
func (f *Folder) Walk(name string, see func(name string, about fs.FileInfo, err error) error) error {
	if name != "." {
		if err := CheckName(name); err != nil {
			return err
		}
	}
	return fs.WalkDir(f.disk, name, func(at string, entry fs.DirEntry, err error) error {
		if err != nil && at == name {
			return plain(err)
		}
		if isOurs(at) || err == nil && entry.IsDir() {
			return nil
		}
		var about fs.FileInfo
		if err == nil {
			err = regular(entry.Type())
		}
		if err == nil && at != "." {
			err = CheckName(at)
		}
		if err == nil {
			about, err = entry.Info()
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // gone meanwhile
		}
		if err != nil {
			err = fmt.Errorf("%s: %w", at, plain(err))
		}
		return see(at, about, err)
	})
}

// plain leaves the name of the system call out of an error, and that of a part: nobody has
// asked for it.
func plain(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	if link, ok := errors.AsType[*os.LinkError](err); ok {
		return link.Err
	}
	return err
}
