//go:build unix

package store

import (
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestNothingOutsideOfTheFolderIsReadOrWritten(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	write(t, outside+"/secret", "old")
	f := open(t, dir)
	for name, to := range map[string]string{"file": outside + "/secret", "folder": outside, "up": "../../../../../../etc"} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, why := range map[string]string{"file": "escapes", "folder/secret": "escapes", "up/passwd": "escapes"} {
		if _, _, err := f.File(name); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("read %s: %v", name, err)
		}
	}
	for name, why := range map[string]string{"file": "symbolic link", "folder/secret": "escapes", "folder/new": "escapes", "up/new": "escapes"} {
		if _, err := f.Begin(name); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("write %s: %v", name, err)
		}
	}
	// A part that somebody has put there as a link, before we came.
	if err := os.Symlink("kept", filepath.Join(dir, partName("a"))); err != nil {
		t.Fatal(err)
	}
	write(t, dir+"/kept", "old")
	if _, err := f.Begin("a"); err == nil {
		t.Error("what a part leads to was written")
	}
	holds(t, outside, "secret=old")
	if data, err := os.ReadFile(dir + "/kept"); err != nil || string(data) != "old" {
		t.Errorf("%q, %v", data, err)
	}
}

func TestWhatIsNoFileIsNeitherReadNorReplaced(t *testing.T) {
	dir := t.TempDir()
	f := open(t, dir)
	if err := syscall.Mkfifo(dir+"/pipe", 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir+"/folder", 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, dir+"/file", "old")
	for name, why := range map[string]string{"pipe": "it is no regular file", "folder": "it is a folder"} {
		if _, _, err := f.File(name); err == nil || err.Error() != why {
			t.Errorf("read %s: %v", name, err)
		}
		if _, err := f.Begin(name); err == nil || err.Error() != why {
			t.Errorf("write %s: %v", name, err)
		}
	}
	if _, err := f.Begin("file/below"); err == nil || err.Error() != "make the folder file: file exists" {
		t.Errorf("below a file: %v", err)
	}
	// A folder that comes into the way of a name later.
	p := begin(t, f, "late", "hello, wire\n", 12)
	if err := os.Mkdir(dir+"/late", 0o700); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte("hello, wire\n"))
	if err := p.Commit(sum); err == nil {
		t.Error("a folder was replaced")
	}
	if err := os.Remove(dir + "/late"); err != nil {
		t.Fatal(err)
	}
	p, err := f.Begin("late")
	if err != nil || p.Offset() != 12 {
		t.Fatalf("the part was thrown away with it: %v", err)
	}
	if err := p.Commit(sum); err != nil {
		t.Error(err)
	}
	holds(t, dir, "file=old", "late=hello, wire\n")
}
