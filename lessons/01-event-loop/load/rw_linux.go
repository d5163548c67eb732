package load

import (
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// read and write go around the Go scheduler. loop/rw_linux.go says why that is cheaper,
// and why it is safe only on a descriptor that never blocks.
func read(fd int, into []byte) (int, error) {
	n, _, errno := unix.RawSyscall(unix.SYS_READ,
		uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(into))), uintptr(len(into)))
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

func write(fd int, from []byte) (int, error) {
	n, _, errno := unix.RawSyscall(unix.SYS_WRITE,
		uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(from))), uintptr(len(from)))
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

// bind chooses the source address and leaves the port to connect. A port that is chosen
// now must be free towards everybody; one that connect chooses, towards this server only.
func bind(fd int, from netip.Addr) error {
	if err := unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1); err != nil {
		return err
	}
	return unix.Bind(fd, &unix.SockaddrInet4{Addr: from.As4()})
}
