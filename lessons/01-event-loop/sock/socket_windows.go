package sock

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

type (
	sockaddr = windows.Sockaddr
	inet4    = windows.SockaddrInet4
	inet6    = windows.SockaddrInet6
)

const fionbio = 0x8004667e // FIONBIO, winsock2.h: non-blocking or not

// Package windows has AcceptEx and not accept.
var procAccept = windows.NewLazySystemDLL("ws2_32.dll").NewProc("accept")

// startup has to come before anything else. Package net does it too, with its own first socket.
var startup = sync.OnceValue(func() error {
	const version = 2<<8 | 2
	var data windows.WSAData
	return os.NewSyscallError("wsastartup", windows.WSAStartup(version, &data))
})

// Accept takes one waiting client from the listener: a non-blocking socket, or an error by
// the name that accept(2) has for it, EAGAIN when nobody waits.
func Accept(listener int) (int, error) {
	syscall.ForkLock.RLock() // no child may start between the two calls and keep fd
	r, _, err := procAccept.Call(uintptr(listener), 0, 0)
	if windows.Handle(r) != windows.InvalidHandle {
		windows.CloseOnExec(windows.Handle(r))
		err = nil
	}
	syscall.ForkLock.RUnlock()
	if err == windows.WSAECONNRESET { // it has gone while it waited
		return -1, syscall.ECONNABORTED
	}
	if err != nil {
		return -1, named(err)
	}
	fd := int(r)
	// Does it inherit anything from the listener? No manual promises it.
	err = SetNonblock(fd, true)
	if err == nil {
		err = windows.SetsockoptInt(windows.Handle(fd), windows.IPPROTO_TCP, windows.TCP_NODELAY, 1)
	}
	if err != nil {
		Close(fd)
		return -1, named(err)
	}
	return fd, nil
}

// Read is WSARecv without an OVERLAPPED, which is recv: EAGAIN when there is nothing.
func Read(fd int, into []byte) (int, error) {
	var n, flags uint32
	buf := windows.WSABuf{Len: uint32(len(into)), Buf: unsafe.SliceData(into)}
	err := windows.WSARecv(windows.Handle(fd), &buf, 1, &n, &flags, nil, nil)
	return int(n), named(err)
}

// Write is WSASend without an OVERLAPPED, which is send: it may take less than it is
// given, or nothing, and then it returns EAGAIN.
func Write(fd int, from []byte) (int, error) {
	var n uint32
	buf := windows.WSABuf{Len: uint32(len(from)), Buf: unsafe.SliceData(from)}
	err := windows.WSASend(windows.Handle(fd), &buf, 1, &n, 0, nil, nil)
	return int(n), named(err)
}

// CloseWrite finishes: behind what has been written comes a FIN.
func CloseWrite(fd int) error {
	return named(windows.Shutdown(windows.Handle(fd), windows.SHUT_WR))
}

// ResetOnClose makes Close send RST, and drop what the peer has not got.
func ResetOnClose(fd int) error {
	return named(windows.SetsockoptLinger(windows.Handle(fd), windows.SOL_SOCKET, windows.SO_LINGER, &windows.Linger{Onoff: 1}))
}

// Close is closesocket. CloseHandle would leave a part of the socket behind, in Winsock.
func Close(fd int) error { return named(windows.Closesocket(windows.Handle(fd))) }

// SetNonblock says whether calls on fd return at once, or sleep until they are done.
func SetNonblock(fd int, nonblocking bool) error {
	var on, returned uint32
	if nonblocking {
		on = 1
	}
	return windows.WSAIoctl(windows.Handle(fd), fionbio, (*byte)(unsafe.Pointer(&on)), 4, nil, 0, &returned, nil, 0)
}

// Unsent is 0: how much the peer's kernel has acknowledged, no call here tells for all
// that we have written. Who stops leaves the rest to the kernel.
func Unsent(int) int { return 0 }

func socket(at netip.AddrPort) (int, error) {
	if err := startup(); err != nil {
		return -1, err
	}
	family := int32(windows.AF_INET)
	if at.Addr().Is6() {
		family = windows.AF_INET6
	}
	h, err := windows.WSASocket(family, windows.SOCK_STREAM, windows.IPPROTO_TCP, nil, 0,
		windows.WSA_FLAG_OVERLAPPED|windows.WSA_FLAG_NO_HANDLE_INHERIT)
	if err != nil {
		return -1, os.NewSyscallError("wsasocket", named(err))
	}
	if err := SetNonblock(int(h), true); err != nil {
		Close(int(h))
		return -1, os.NewSyscallError("wsaioctl", named(err))
	}
	return int(h), nil
}

// reuseAddress does nothing. TIME_WAIT keeps nobody out here, and SO_REUSEADDR would let
// a second server that sets it, too, take the port from a first one that is still running.
func reuseAddress(int) error { return nil }

func sharePort(int) error {
	return fmt.Errorf("several loops on one port: %w on windows; Linux deals clients out among them, try --loops 1",
		errors.ErrUnsupported)
}

func setOption(fd, level, name, value int) error {
	return os.NewSyscallError("setsockopt", named(windows.SetsockoptInt(windows.Handle(fd), level, name, value)))
}

func bind(fd int, at sockaddr) error {
	return os.NewSyscallError("bind", named(windows.Bind(windows.Handle(fd), at)))
}

func startListening(fd, backlog int) error {
	return os.NewSyscallError("listen", named(windows.Listen(windows.Handle(fd), backlog)))
}

func getsockname(fd int) (sockaddr, error) {
	sa, err := windows.Getsockname(windows.Handle(fd))
	return sa, os.NewSyscallError("getsockname", named(err))
}

// named gives an error of Winsock the name that it has on the other systems.
func named(err error) error {
	switch err {
	case windows.WSAEWOULDBLOCK:
		return syscall.EAGAIN
	case windows.WSAECONNRESET:
		return syscall.ECONNRESET
	case windows.WSAECONNABORTED:
		return syscall.ECONNABORTED
	case windows.WSAENOTSOCK:
		return syscall.ENOTSOCK
	case windows.WSAEINVAL:
		return syscall.EINVAL
	case windows.WSAEADDRINUSE:
		return syscall.EADDRINUSE
	case windows.WSAEADDRNOTAVAIL:
		return syscall.EADDRNOTAVAIL
	case windows.WSAEACCES:
		return syscall.EACCES
	case windows.WSAEMFILE:
		return syscall.EMFILE
	}
	return err
}
