//go:build linux

package uring

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func opened(t *testing.T) *Server {
	t.Helper()
	s, err := Listen(t.Context(), "127.0.0.1:0")
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What the waker is read into and how long to wait both lie where the kernel finds them.
func TestTheWakersCounterIsNoTimeout(t *testing.T) {
	s := opened(t)
	defer s.close()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := s.ring.enable(); err != nil {
		t.Fatal(err)
	}
	l := &loop{Server: s}
	l.listen()
	unix.Write(s.waker, binary.NativeEndian.AppendUint64(nil, 7))
	s.ring.until = timespec{3, 5}
	if err := s.ring.wait(-1); err != nil {
		t.Fatal(err)
	}
	if s.ring.until != (timespec{3, 5}) {
		t.Errorf("after a wake the timeout reads %+v, want 3 s and 5 ns", s.ring.until)
	}
	if got := binary.NativeEndian.Uint64(s.ring.counter[:]); got != 7 {
		t.Errorf("the waker reads %d, want 7", got)
	}
}

// The collector panics when it finds a Pinner that has gone and still pins.
func TestARingThatFailsLeavesNothingPinned(t *testing.T) {
	s := opened(t)
	ended := make(chan error, 1)
	go func() { ended <- s.Run(context.Background()) }()
	conn, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetWriteDeadline(time.Now().Add(2 * time.Second))
	conn.Write(make([]byte, 64<<20)) // and never read: a send of memory that is pinned waits
	failing, err := unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(failing)
	ring, err := unix.Dup(s.ring.fd) // it keeps the kernel's half alive, as it may for a moment in any case
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(ring)
	if err := unix.Dup3(failing, s.ring.fd, unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	if other, err := net.Dial("tcp", s.Addr().String()); err == nil { // whoever comes now makes it enter
		defer other.Close()
	}
	select {
	case err := <-ended:
		if !errors.Is(err, unix.EOPNOTSUPP) {
			t.Errorf("Run = %v, want EOPNOTSUPP from io_uring_enter", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("a server whose ring has failed goes on")
	}
	runtime.GC()
	runtime.GC()
}
