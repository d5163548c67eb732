package store

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
)

// folding is a disk as that of macOS or Windows: A is a.
type folding struct{ fs.FS }

func (d folding) Lstat(name string) (fs.FileInfo, error) {
	if name == "." {
		return fs.Lstat(d.FS, name)
	}
	above, err := d.Lstat(path.Dir(name))
	if err != nil {
		return nil, err
	}
	entries, _ := fs.ReadDir(d.FS, path.Dir(name))
	for _, entry := range entries {
		if strings.EqualFold(entry.Name(), path.Base(name)) {
			return fs.Lstat(d.FS, path.Join(path.Dir(name), entry.Name()))
		}
	}
	return above, fs.ErrNotExist
}

func (d folding) ReadLink(name string) (string, error) { return fs.ReadLink(d.FS, name) }

func TestNamesThatDifferInCaseOnlyAreOneFileTooManyOnSomeDisks(t *testing.T) {
	dir := t.TempDir()
	f := open(t, dir)
	sum := sha256.Sum256([]byte("hello, wire\n"))
	if err := os.Mkdir(dir+"/sub", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"A", "a"} { // where there is a difference
		if err := begin(t, f, name, "hello, wire\n", 12).Commit(sum); err != nil {
			t.Error(err)
		}
	}
	f.disk = folding{f.disk}
	one, two := begin(t, f, "sub/Makefile", "hello, wire\n", 12), begin(t, f, "sub/makefile", "hello, wire\n", 12)
	if err := one.Commit(sum); err != nil {
		t.Fatal(err)
	}
	if err := two.Commit(sum); !errors.Is(err, ErrName) || !strings.Contains(err.Error(), `"Makefile" is there already`) {
		t.Errorf("at the same time: %v", err)
	}
	for _, name := range []string{"sub/makefile", "SUB/new"} {
		if _, err := f.Begin(name); !errors.Is(err, ErrName) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := begin(t, f, "sub/Makefile", "hello, wire\n", 12).Commit(sum); err != nil {
		t.Errorf("the same spelling: %v", err)
	}
}
