//go:build linux

// Package disk is a disk that takes its time: as long as a test wants, and no timer decides.
package disk

import (
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// A Disk has one file. It is a FIFO if the disk is to seek: whoever opens it waits for its writer.
type Disk struct {
	Path    string
	Asked   chan struct{} // closed once somebody waits for what is in the file
	Release func()        // lets the disk find it

	free chan struct{}
	done sync.WaitGroup
}

// New makes the file, which has text in it.
func New(path, text string, seeks bool) (*Disk, error) {
	d := &Disk{Path: path, Asked: make(chan struct{}), free: make(chan struct{})}
	d.Release = sync.OnceFunc(func() { close(d.free) })
	if !seeks {
		close(d.Asked)
		return d, os.WriteFile(path, []byte(text), 0o600)
	}
	if err := unix.Mkfifo(path, 0o600); err != nil {
		return nil, &os.PathError{Op: "mkfifo", Path: path, Err: err}
	}
	d.done.Go(func() { d.seek(text) })
	return d, nil
}

func (d *Disk) seek(text string) {
	file, err := os.OpenFile(d.Path, os.O_WRONLY, 0) // returns when somebody opens it to read
	close(d.Asked)
	if err != nil {
		return
	}
	defer file.Close()
	<-d.free
	file.WriteString(text)
}

// Close releases the file, and waits for the disk.
func (d *Disk) Close() {
	d.Release()
	if fd, err := unix.Open(d.Path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0); err == nil {
		defer unix.Close(fd) // if nobody has opened it, the disk waits still
	}
	d.done.Wait()
}
