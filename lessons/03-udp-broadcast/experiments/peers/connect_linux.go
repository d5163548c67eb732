package peers

import (
	"net"
	"net/netip"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/experiment"
)

// connect gives a socket one peer. No packet leaves.
func connect(conn *net.UDPConn, to netip.AddrPort) error {
	return experiment.Control(conn, func(fd int) error {
		return os.NewSyscallError("connect", unix.Connect(fd, &unix.SockaddrInet4{Addr: to.Addr().As4(), Port: int(to.Port())}))
	})
}

// disconnect takes the peer away again, as connect(2) says: with an address of no family.
func disconnect(conn *net.UDPConn) error {
	return experiment.Control(conn, func(fd int) error {
		none := unix.RawSockaddr{Family: unix.AF_UNSPEC}
		if _, _, errno := unix.Syscall(unix.SYS_CONNECT, uintptr(fd), uintptr(unsafe.Pointer(&none)), unsafe.Sizeof(none)); errno != 0 {
			return os.NewSyscallError("connect", errno)
		}
		return nil
	})
}

// localAddr asks the kernel what a socket is bound to. LocalAddr of package net has asked
// once, when the socket was made.
func localAddr(conn *net.UDPConn) (at netip.AddrPort, err error) {
	err = experiment.Control(conn, func(fd int) error {
		name, err := unix.Getsockname(fd)
		if name, ok := name.(*unix.SockaddrInet4); ok {
			at = netip.AddrPortFrom(netip.AddrFrom4(name.Addr), uint16(name.Port))
		}
		return os.NewSyscallError("getsockname", err)
	})
	return at, err
}
