// Package checkout reads the files that a reader may see: lessons, docs, the front page
// and the licence of a checkout, as they are at this moment.
package checkout

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// A Checkout is one on the disk.
type Checkout struct {
	Dir  string
	root *os.Root
}

const limit = 1 << 20 // of a file; the longest text has a twentieth of that

// Find opens the checkout around the first of these folders that lies in one.
func Find(folders ...string) (*Checkout, error) {
	for _, folder := range folders {
		for dir := folder; ; dir = filepath.Dir(dir) {
			mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
			if err == nil && strings.HasPrefix(string(mod), "module onthewire") {
				return Open(dir)
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	return nil, fmt.Errorf("find the lessons from %s: no folder above it is a checkout of On the Wire; go to one and try make docs", folders[0])
}

// Open opens the checkout in a folder.
func Open(dir string) (*Checkout, error) {
	root, err := os.OpenRoot(dir)
	return &Checkout{dir, root}, err
}

// Close lets go of the folder.
func (c *Checkout) Close() error { return c.root.Close() }

var plain = regexp.MustCompile(`^(README[A-Za-z.-]*\.md|LICENSE|CONTRIBUTING\.md|(lessons|docs)(/[A-Za-z0-9_][A-Za-z0-9._-]*)*)$`)

// Stat describes a file or a folder. What may not be seen does not exist: a dotfile, a
// symbolic link wherever it leads, a device, and any name that is not plain.
func (c *Checkout) Stat(name string) (fs.FileInfo, error) {
	missing := &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	if !plain.MatchString(name) || path.Clean(name) != name {
		return nil, missing
	}
	var info fs.FileInfo
	for i := range len(name) + 1 {
		if i < len(name) && name[i] != '/' {
			continue
		}
		var err error
		if info, err = c.root.Lstat(name[:i]); err != nil {
			return nil, missing
		}
		if !info.IsDir() && (i < len(name) || !info.Mode().IsRegular()) {
			return nil, missing
		}
	}
	return info, nil
}

// Read reads a file.
func (c *Checkout) Read(name string) ([]byte, error) {
	info, err := c.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrInvalid}
	}
	file, err := c.root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err == nil && len(text) > limit {
		err = &fs.PathError{Op: "read", Path: name, Err: errors.New("it has more than a megabyte")}
	}
	return text, err
}

// List lists what may be seen of a folder.
func (c *Checkout) List(name string) ([]File, error) {
	if info, err := c.Stat(name); err != nil || !info.IsDir() {
		return nil, fs.ErrNotExist
	}
	return c.list(name), nil
}

// list lists a folder of which Stat has seen that it is one.
func (c *Checkout) list(dir string) (all []File) {
	entries, _ := fs.ReadDir(c.root.FS(), dir)
	for _, entry := range entries {
		name := dir + "/" + entry.Name()
		if !plain.MatchString(name) || !entry.IsDir() && !entry.Type().IsRegular() {
			continue
		}
		if info, err := entry.Info(); err == nil {
			all = append(all, File{name, info})
		}
	}
	return all
}

// Files lists every file that may be seen, in the order of their names.
func (c *Checkout) Files() (all []File) {
	for _, name := range []string{"CONTRIBUTING.md", "LICENSE", "README.md", "README.zh-CN.md"} {
		if info, err := c.Stat(name); err == nil {
			all = append(all, File{name, info})
		}
	}
	var walk func(list []File)
	walk = func(list []File) {
		for _, file := range list {
			if file.Info.IsDir() {
				walk(c.list(file.Name))
			} else {
				all = append(all, file)
			}
		}
	}
	for _, dir := range []string{"docs", "lessons"} {
		list, _ := c.List(dir)
		walk(list)
	}
	return all
}

// A File is a file with its path from the root.
type File struct {
	Name string
	Info fs.FileInfo
}
