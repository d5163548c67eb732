package client

import (
	"os"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"onthewire/lessons/04-quic/files/store"
)

// small opens a folder on a new disk of 200 KiB, which only a thread of ours can see. A
// file is there already.
func small(t *testing.T) *store.Folder {
	t.Helper()
	dir := t.TempDir()
	var f *store.Folder
	made := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		made <- func() error {
			if err := unix.Unshare(unix.CLONE_FS | unix.CLONE_NEWNS); err != nil {
				return err
			}
			if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
				return err
			}
			if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=200k"); err != nil {
				return err
			}
			err := os.WriteFile(dir+"/a", []byte("old"), 0o600)
			if err == nil {
				f, err = store.Open(dir)
			}
			return err
		}()
	}()
	if err := <-made; err != nil {
		t.Skipf("mount a tmpfs of 200 KiB: %v; as root, or with user namespaces, it can be", err)
	}
	t.Cleanup(func() { f.Close() })
	f.Sync, f.Checkpoint = false, 64<<10
	return f
}

func TestAFullDiskIsToldInOneLineAndTheOldFileStays(t *testing.T) {
	both(t, func(t *testing.T, put bool) {
		disk := small(t)
		play(t, func(t *testing.T, s *scene) {
			from, _ := s.from(put)
			write(t, from+"/a", size)
			if put {
				s.serves = disk
				s.serve()
				line(t, s.transfer(s.client(), put)(t.Context(), "a"), "put a: the server says: no space left on device")
			} else {
				s.serve()
				line(t, s.client().Get(t.Context(), disk, "a"), "get a: no space left on device")
			}
			file, about, err := disk.File("a")
			must(t, err)
			defer file.Close()
			old := make([]byte, 4)
			if n, _ := file.Read(old); about.Size() != 3 || string(old[:n]) != "old" {
				t.Errorf("the old file is %q of %d bytes", old[:n], about.Size())
			}
		})
	})
}
