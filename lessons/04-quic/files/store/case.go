package store

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
)

// collides tells whether a file or a folder is there already whose name is spelled otherwise,
// on a disk that tells no difference between A and a: one would overwrite the other.
func (f *Folder) collides(name string) error {
	for name != "." {
		if err := f.spelled(name); err != nil {
			return err
		}
		name = path.Dir(name)
	}
	return nil
}

// spelled reads the folder only on such a disk: ten thousand files would read it ten thousand
// times.
func (f *Folder) spelled(name string) error {
	dir, base := path.Split(name)
	other := strings.ToUpper(base)
	if other == base {
		other = strings.ToLower(base)
	}
	there, err := fs.Lstat(f.disk, name)
	if err != nil || other == base {
		return nil
	}
	if same, err := fs.Lstat(f.disk, dir+other); err != nil || !os.SameFile(there, same) {
		return nil
	}
	entries, err := fs.ReadDir(f.disk, path.Clean("./"+dir))
	if err != nil {
		return err
	}
	spelled := ""
	for _, entry := range entries {
		switch {
		case entry.Name() == base:
			return nil
		case strings.EqualFold(entry.Name(), base):
			spelled = entry.Name()
		}
	}
	return fmt.Errorf("%w: %q is there already, and on this disk %q is the same name", ErrName, spelled, base)
}
