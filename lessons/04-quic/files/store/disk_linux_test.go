package store

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/labtest"
)

// Disks of their own need a mount namespace, as the lab does.
func TestMain(m *testing.M) { labtest.Main(m) }

// mounted opens a folder on a new disk in memory, which only a thread of ours can see. What is
// opened there, all others can use.
func mounted(t *testing.T, options string, prepare func(dir string) error) *Folder {
	t.Helper()
	dir := t.TempDir()
	var f *Folder
	err := apart(func() error {
		if err := unix.Unshare(unix.CLONE_FS | unix.CLONE_NEWNS); err != nil {
			return err
		}
		if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
			return err
		}
		if err := unix.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
			return err
		}
		err := prepare(dir)
		if err == nil {
			f, err = Open(dir)
		}
		return err
	})
	if err != nil {
		t.Skipf("mount a tmpfs with %s: %v; as root, or with user namespaces, it can be", options, err)
	}
	t.Cleanup(func() { f.Close() })
	f.Sync, f.Checkpoint = false, 1<<20
	return f
}

// apart does something on a thread that nobody else will use.
func apart(do func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		done <- do()
	}()
	return <-done
}

func TestAFullDiskLeavesTheOldFileAndGoesOnWhenThereIsRoom(t *testing.T) {
	f := mounted(t, "size=200k", func(dir string) error {
		return errors.Join(os.WriteFile(dir+"/a", []byte("old"), 0o600), os.WriteFile(dir+"/big", make([]byte, 100<<10), 0o600))
	})
	f.Checkpoint = 10 << 10
	data := []byte(strings.Repeat("hello, wire\n", 10<<10))
	p, err := f.Begin("a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Expect(About{Size: int64(len(data)), Time: hour, Mode: 0o600}); err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = p.Write(data[p.Offset():min(p.Offset()+4096, int64(len(data)))])
	}
	if !IsFull(err) || err.Error() != "no space left on device" {
		t.Fatal(err)
	}
	p.Keep()
	if old, err := fs.ReadFile(f.disk, "a"); err != nil || string(old) != "old" {
		t.Fatalf("the old file is %q, %v", old, err)
	}
	if err := f.root.Remove("big"); err != nil {
		t.Fatal(err)
	}
	if p, err = f.Begin("a"); err != nil || p.Offset() < 10<<10 {
		t.Fatalf("it goes on from byte %d, %v", p.Offset(), err)
	}
	if _, err := p.Write(data[p.Offset():]); err != nil {
		t.Fatal(err)
	}
	if err := p.Commit(sha256.Sum256(data)); err != nil {
		t.Fatal(err)
	}
}

func TestWithoutPermissionNothingChanges(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/a", "old")
	f := open(t, dir)
	if err := errors.Join(os.Chmod(dir+"/a", 0), os.Chmod(dir, 0o555)); err != nil {
		t.Fatal(err)
	}
	var read, written error
	err := apart(func() error {
		// Root could do everything, on the machine or in a user namespace. See capabilities(7).
		header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		var none [2]unix.CapUserData
		if err := unix.Capset(&header, &none[0]); err != nil {
			return os.NewSyscallError("capset", err)
		}
		_, _, read = f.File("a")
		_, written = f.Begin("a")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir+"/a", 0o600); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{read, written} {
		if !errors.Is(err, fs.ErrPermission) || err.Error() != "permission denied" {
			t.Error(err)
		}
	}
	holds(t, dir, "a=old")
}
