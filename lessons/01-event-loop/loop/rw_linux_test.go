package loop

import (
	"os"
	"os/exec"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Twelve bytes into a socket and out again: what going around the scheduler saves.
//
//	go test -run - -bench RoundTrip ./lessons/01-event-loop/loop
func BenchmarkRoundTrip(b *testing.B) {
	for _, way := range []struct {
		name        string
		read, write func(fd int, p []byte) (int, error)
	}{
		{"raw", read, write},
		{"syscall", unix.Read, unix.Write},
	} {
		b.Run(way.name, func(b *testing.B) {
			fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0)
			if err != nil {
				b.Fatal(err)
			}
			defer unix.Close(fds[0])
			defer unix.Close(fds[1])
			message := []byte("hello, wire\n")
			for b.Loop() {
				if _, err := way.write(fds[0], message); err != nil {
					b.Fatal(err)
				}
				if _, err := way.read(fds[1], message); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// The trap of the raw way, shown with a descriptor that blocks. While the raw read sleeps,
// the garbage collector cannot stop its thread, and with the collector waits everybody.
func TestARawReadOnABlockingDescriptorStopsTheWorld(t *testing.T) {
	for range 5 { // the collector may be faster than the goroutine on its way into read
		if !collectedDuring(t, read) {
			return
		}
	}
	t.Error("the collector ran while a raw read slept: then rw_linux.go is wrong about the danger")
}

func TestAnOrdinaryReadOnABlockingDescriptorStopsNobody(t *testing.T) {
	for range 5 { // the machine may be slower than the other program
		if collectedDuring(t, unix.Read) {
			return
		}
	}
	t.Error("the collector waited for an ordinary read")
}

// collectedDuring tells whether a garbage collection ended before the read of a blocking
// socket did. What ends the read is another program: in ours nothing may run any more.
func collectedDuring(t *testing.T, read func(fd int, into []byte) (int, error)) bool {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fds[0])
	writer := os.NewFile(uintptr(fds[1]), "socket")
	defer writer.Close()
	other := exec.Command("sh", "-c", "sleep 0.3; echo hello, wire")
	other.Stdout = writer
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	defer other.Wait()

	var reading, returned atomic.Bool
	go func() {
		reading.Store(true)
		read(fds[0], make([]byte, 16))
		returned.Store(true)
	}()
	for !reading.Load() {
		runtime.Gosched()
	}
	runtime.GC()
	during := !returned.Load()
	for !returned.Load() {
		time.Sleep(time.Millisecond)
	}
	return during
}
