package find

import (
	"errors"
	"net"
	"runtime"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What no other lesson has a test of.

func TestFdOfAFileMakesTheOriginalSocketBlock(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	conn, err := net.Dial("tcp4", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if blocks(t, conn) {
		t.Fatal("a socket of package net blocks")
	}
	file, err := conn.(*net.TCPConn).File()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if file.Fd(); !blocks(t, conn) {
		t.Error("Fd was called on a duplicate, and the original does not block")
	}
}

func blocks(t *testing.T, conn net.Conn) bool {
	t.Helper()
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var flags int
	var asking error
	err = raw.Control(func(fd uintptr) { flags, asking = unix.FcntlInt(fd, unix.F_GETFL, 0) })
	if err := errors.Join(err, asking); err != nil {
		t.Fatal(err)
	}
	return flags&unix.O_NONBLOCK == 0
}

func TestASocketIsWritableAlthoughItsConnectHasFailed(t *testing.T) {
	nobody, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0) // bound, and not listening
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(nobody)
	if err := unix.Bind(nobody, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	address, err := unix.Getsockname(nobody)
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if err := unix.Connect(fd, address); err != unix.EINPROGRESS {
		t.Fatalf("connect says %v, and not that it has begun", err)
	}
	ready := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
	for {
		if _, err = unix.Poll(ready, 5000); err != unix.EINTR {
			break
		}
	}
	if err != nil || ready[0].Revents&unix.POLLOUT == 0 {
		t.Fatalf("the socket is not writable: %v, %#x", err, ready[0].Revents)
	}
	why, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err != nil || unix.Errno(why) != unix.ECONNREFUSED {
		t.Errorf("SO_ERROR is %v, %v", unix.Errno(why), err)
	}
}

func TestARawSyscallThatBlocksHoldsUpEverybody(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // one place to run
	const asleep = 20 * time.Millisecond
	held := 0
	for range 5 {
		if otherRuns(t, asleep, unix.RawSyscall) >= asleep {
			held++
		}
	}
	if held < 3 { // a busy machine may take our turn from us before we have begun to sleep
		t.Errorf("another goroutine was held up by %d of 5 RawSyscalls", held)
	}
	for range 100 {
		if otherRuns(t, asleep, unix.Syscall) < asleep {
			return
		}
	}
	t.Error("no other goroutine has run while a Syscall slept")
}

// otherRuns tells when a goroutine runs that was ready before its maker fell asleep in the kernel.
func otherRuns(t *testing.T, asleep time.Duration, call func(trap, a1, a2, a3 uintptr) (uintptr, uintptr, unix.Errno)) time.Duration {
	t.Helper()
	timer, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(timer)
	var expired [8]byte
	ran := make(chan time.Duration, 1)
	begun := time.Now()
	err = unix.TimerfdSettime(timer, 0, &unix.ItimerSpec{Value: unix.NsecToTimespec(asleep.Nanoseconds())}, nil)
	if err != nil {
		t.Fatal(err)
	}
	runtime.Gosched() // a turn of our own, from its beginning
	go func() { ran <- time.Since(begun) }()
	if _, _, errno := call(unix.SYS_READ, uintptr(timer), uintptr(unsafe.Pointer(&expired[0])), uintptr(len(expired))); errno != 0 {
		t.Fatal(errno)
	}
	return <-ran
}
