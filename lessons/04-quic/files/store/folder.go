// Package store keeps files in a folder, and whole ones only: what arrives goes into a part
// beside its name, which takes the name when all of it is there. A part outlives the program,
// and whoever sends again goes on where it ends.
//
// Read it in this order: folder.go (what is there), part.go (what is arriving), state.go
// (what a part knows of itself), names.go (which names may be).
package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A Folder is what a server serves, or a client fills. Nothing outside of it can be reached,
// not by .. nor by a symbolic link (os.Root). It may be used from several goroutines.
type Folder struct {
	Sync  bool  // before a part takes its name, its bytes have to be on the disk
	Limit int64 // bytes that a file may have; 0: no limit

	root *os.Root

	mu   sync.Mutex
	busy map[string]bool // parts that somebody writes, lower case: some disks tell no difference
}

// Open opens a folder, which has to exist.
func Open(dir string) (*Folder, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Folder{Sync: true, root: root, busy: map[string]bool{}}, nil
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
	if about, err := f.root.Stat(name); err != nil {
		return nil, nil, err
	} else if !about.Mode().IsRegular() {
		return nil, nil, &fs.PathError{Op: "open", Path: name, Err: errNotRegular}
	}
	file, err := f.root.OpenFile(name, os.O_RDONLY|nonblocking, 0)
	if err != nil {
		return nil, nil, err
	}
	about, err := file.Stat()
	if err == nil && !about.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: name, Err: errNotRegular}
	}
	if err != nil {
		file.Close()
		return nil, nil, err
	}
	return file, about, nil
}

var errNotRegular = errors.New("not a regular file")

// Has tells whether there is a regular file of that name, size and time: most likely the same.
func (f *Folder) Has(name string, size int64, at time.Time) bool {
	if CheckName(name) != nil {
		return false
	}
	about, err := f.root.Stat(name)
	return err == nil && about.Mode().IsRegular() && about.Size() == size && about.ModTime().Equal(at)
}

// Walk tells of each regular file below a name, in lexical order. Parts, and names that
// CheckName refuses, are left out.
func (f *Folder) Walk(name string, see func(name string, about fs.FileInfo) error) error {
	if name != "." {
		if err := CheckName(name); err != nil {
			return err
		}
	}
	return fs.WalkDir(f.root.FS(), name, func(at string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil && at == name:
			return err
		case err != nil: // gone meanwhile, or not ours to read
			return nil
		case entry.IsDir() || !entry.Type().IsRegular() || CheckName(at) != nil:
			return nil
		}
		about, err := entry.Info()
		if err != nil {
			return nil
		}
		return see(at, about)
	})
}

// claim makes sure that only one of this process writes a name.
func (f *Folder) claim(name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := strings.ToLower(name)
	if f.busy[key] {
		return ErrBusy
	}
	f.busy[key] = true
	return nil
}

func (f *Folder) release(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.busy, strings.ToLower(name))
}

// ErrBusy is what a second writer of a name gets.
var ErrBusy = errors.New("somebody else is sending a file of that name")

// parents makes the folders above a name.
func (f *Folder) parents(name string) error {
	dir := path.Dir(name)
	if dir == "." {
		return nil
	}
	return f.root.MkdirAll(dir, 0o777)
}

// collides tells whether a file is there already whose name is spelled otherwise, on a disk
// that tells no difference between A and a: it would be overwritten. The folder is read only
// on such a disk: ten thousand files would read it ten thousand times.
func (f *Folder) collides(name string) error {
	dir, base := path.Split(name)
	shouted := strings.ToUpper(base)
	if shouted == base {
		shouted = strings.ToLower(base)
	}
	there, err := f.root.Lstat(name)
	if err != nil || shouted == base {
		return nil
	}
	if same, err := f.root.Lstat(dir + shouted); err != nil || !os.SameFile(there, same) {
		return nil
	}
	entries, err := fs.ReadDir(f.root.FS(), path.Clean("./"+dir))
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.Name() != base && strings.EqualFold(entry.Name(), base) {
			return fmt.Errorf("%q is there already, and on this disk %q is the same name", entry.Name(), base)
		}
	}
	return nil
}

// IsFull tells whether an error is that the disk, or one's share of it, is full.
func IsFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
