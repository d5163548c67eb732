package sys

import (
	"math"
	"net/netip"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

var procSelect = ws2.NewProc("select")

// ConnectTimeout connects without blocking, and waits with a limit. Windows does not tell
// whether a socket blocks, so afterwards it does, as it did unless somebody has changed it.
func ConnectTimeout(fd Handle, addr netip.AddrPort, timeout time.Duration) error {
	if err := SetNonblock(fd, true); err != nil {
		return err
	}
	err := Connect(fd, addr)
	if err == windows.WSAEWOULDBLOCK {
		err = connected(fd, timeout)
	}
	if blocking := SetNonblock(fd, false); err == nil {
		err = blocking
	}
	return err
}

// connected waits until the connect has succeeded, and the socket is writable, or failed,
// which is exceptional. WSAPoll would not tell that before Windows 10, version 2004.
func connected(fd Handle, timeout time.Duration) error {
	type set struct { // fd_set
		count   uint32
		sockets [1]Handle
	}
	us := min((timeout+time.Microsecond-1)/time.Microsecond, math.MaxInt32*1_000_000)
	limit := windows.Timeval{Sec: int32(us / 1_000_000), Usec: int32(us % 1_000_000)}
	writable := set{1, [1]Handle{fd}}
	failed := writable
	n, _, err := procSelect.Call(0, 0, uintptr(unsafe.Pointer(&writable)), uintptr(unsafe.Pointer(&failed)), uintptr(unsafe.Pointer(&limit)))
	switch {
	case int32(n) < 0: // SOCKET_ERROR
		return err
	case n == 0:
		return windows.WSAETIMEDOUT
	}
	code, err := GetInt(fd, SOL_SOCKET, SO_ERROR)
	if err == nil && code != 0 {
		err = syscall.Errno(code)
	}
	return err
}
