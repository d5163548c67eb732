package loop

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// read and write are recv(2) and send(2), which do the same on a socket for less: read(2)
// and write(2) ask first what kind of file this is. Both go around the Go scheduler.
//
// Around an ordinary system call the runtime notes that this thread has left, so that
// another thread may run goroutines meanwhile, and on return it asks for its place back.
// A call on a non-blocking socket is over so soon that this is a good part of what it
// costs. RawSyscall leaves it out. BenchmarkRoundTrip shows the difference.
//
// It is safe for these two only because they never sleep. On a blocking descriptor the
// thread would sleep and still hold its place: no other goroutine could have it, and the
// garbage collector, which has to stop everyone first, would wait for this one peer.
// The descriptor must be non-blocking, and epoll_wait, which exists to sleep, must never
// be called like this.
func read(fd int, into []byte) (int, error) {
	n, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM,
		uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(into))), uintptr(len(into)), 0, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

func write(fd int, from []byte) (int, error) {
	n, _, errno := unix.RawSyscall6(unix.SYS_SENDTO,
		uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(from))), uintptr(len(from)), unix.MSG_NOSIGNAL, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
