//go:build linux

package epoll

import (
	"encoding/binary"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// A Waker has a loop do something, whoever calls it. It is an eventfd(2) that the poller watches.
type Waker struct {
	FD   int
	mu   sync.Mutex
	todo []func()
}

// NewWaker makes a waker, and has a poller watch it.
func NewWaker(p *Poller) (*Waker, error) {
	fd, err := unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("eventfd", err)
	}
	return &Waker{FD: fd}, p.Add(fd, unix.EPOLLIN)
}

// Wake has the loop call f soon.
func (w *Waker) Wake(f func()) {
	w.mu.Lock()
	w.todo = append(w.todo, f)
	w.mu.Unlock()
	unix.Write(w.FD, binary.NativeEndian.AppendUint64(nil, 1))
}

// Run calls what is to be called. The loop does so when FD is ready.
func (w *Waker) Run() {
	unix.Read(w.FD, make([]byte, 8)) // before looking, or what comes after the look wakes nobody
	w.mu.Lock()
	todo := w.todo
	w.todo = nil
	w.mu.Unlock()
	for _, f := range todo {
		f()
	}
}
