package servertest

import (
	"net"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// flood says more and more without reading, until nothing is taken any more, and returns
// how much of sent that was. It sets no deadline, as it does elsewhere: a write that is late
// is cancelled, and now and then Wine never says that it has ended.
func flood(t *testing.T, conn *net.TCPConn, sent []byte) (taken int) {
	t.Helper()
	raw, err := conn.SyscallConn()
	must(t, err)
	const pause = time.Second // flood_other.go says why; twice as long, as Wine is slow
	last := time.Now()
	raw.Control(func(fd uintptr) {
		nonblocking(t, windows.Handle(fd), 1)
		for taken < len(sent) && time.Since(last) < pause {
			chunk := sent[taken:min(len(sent), taken+64<<10)]
			buf := windows.WSABuf{Len: uint32(len(chunk)), Buf: &chunk[0]}
			var n uint32
			switch err := windows.WSASend(windows.Handle(fd), &buf, 1, &n, 0, nil, nil); err {
			case nil:
				taken, last = taken+int(n), time.Now()
			case windows.WSAEWOULDBLOCK:
				time.Sleep(time.Millisecond)
			default:
				t.Fatalf("write: %v", err)
			}
		}
		nonblocking(t, windows.Handle(fd), 0)
	})
	must(t, conn.SetWriteDeadline(time.Now().Add(timeout)))
	return taken
}

func nonblocking(t *testing.T, fd windows.Handle, on uint32) {
	t.Helper()
	const fionbio = 0x8004667e
	var returned uint32
	must(t, windows.WSAIoctl(fd, fionbio, (*byte)(unsafe.Pointer(&on)), 4, nil, 0, &returned, nil, 0))
}
