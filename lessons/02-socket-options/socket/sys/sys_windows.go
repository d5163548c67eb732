package sys

import (
	"math"
	"net/netip"
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

type Handle = windows.Handle

const NoHandle = windows.InvalidHandle

const (
	SOCK_STREAM = windows.SOCK_STREAM
	SOCK_DGRAM  = windows.SOCK_DGRAM
	AF_INET     = windows.AF_INET
	AF_INET6    = windows.AF_INET6

	SOL_SOCKET = windows.SOL_SOCKET
	SO_ERROR   = 0x1007

	MaxLinger = math.MaxUint16 // l_linger is a u_short (winsock2.h)
)

var (
	ws2        = windows.NewLazySystemDLL("ws2_32.dll")
	procAccept = ws2.NewProc("accept")
	procIoctl  = ws2.NewProc("ioctlsocket")
)

// Socket asks for a socket that no child inherits. Overlapped is what package net needs to
// take it over (since Go 1.25); calls of ours on it block all the same.
func Socket(family, kind, protocol int) (Handle, error) {
	return windows.WSASocket(int32(family), int32(kind), int32(protocol), nil, 0, windows.WSA_FLAG_OVERLAPPED|windows.WSA_FLAG_NO_HANDLE_INHERIT)
}

func Bind(fd Handle, addr netip.AddrPort) error {
	sa, err := sockaddr(addr)
	if err != nil {
		return err
	}
	return windows.Bind(fd, sa)
}

func Connect(fd Handle, addr netip.AddrPort) error {
	sa, err := sockaddr(addr)
	if err != nil {
		return err
	}
	return windows.Connect(fd, sa)
}

func Listen(fd Handle, backlog int) error { return windows.Listen(fd, backlog) }
func ShutdownWrite(fd Handle) error       { return windows.Shutdown(fd, windows.SHUT_WR) }
func CloseHandle(fd Handle) error         { return windows.Closesocket(fd) }

// CloseFile ends an os.File and the socket that it stands for. The file's own Close is
// CloseHandle, which leaves behind what Winsock has kept of a socket in this process. So the
// handle is protected from it for a moment.
func CloseFile(f *os.File, fd Handle) error {
	const protect = 2 // HANDLE_FLAG_PROTECT_FROM_CLOSE (handleapi.h)
	if err := windows.SetHandleInformation(fd, protect, protect); err != nil {
		return f.Close()
	}
	f.Close() // it fails, and knows the handle no more
	if err := windows.SetHandleInformation(fd, protect, 0); err != nil {
		return err
	}
	return windows.Closesocket(fd)
}

// Accept needs the lock that package os/exec takes while it starts a program: accept makes
// a handle that children inherit, and cannot be told otherwise.
func Accept(fd Handle) (Handle, netip.AddrPort, error) {
	conn, err := acceptNoInherit(fd)
	if err != nil {
		return conn, netip.AddrPort{}, err
	}
	peer, err := PeerAddr(conn)
	return conn, peer, err
}

func acceptNoInherit(fd Handle) (Handle, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	r, _, err := procAccept.Call(uintptr(fd), 0, 0)
	conn := Handle(r)
	if conn == NoHandle {
		return conn, err
	}
	if err := windows.SetHandleInformation(conn, windows.HANDLE_FLAG_INHERIT, 0); err != nil {
		windows.Closesocket(conn)
		return NoHandle, err
	}
	return conn, nil
}

func SetNonblock(fd Handle, on bool) error {
	const fionbio = 0x8004667e
	value := uint32(0)
	if on {
		value = 1
	}
	if r, _, err := procIoctl.Call(uintptr(fd), fionbio, uintptr(unsafe.Pointer(&value))); r != 0 {
		return err
	}
	return nil
}

func Duplicate(fd Handle) (Handle, error) {
	var info windows.WSAProtocolInfo
	if err := windows.WSADuplicateSocket(fd, windows.GetCurrentProcessId(), &info); err != nil {
		return NoHandle, err
	}
	return windows.WSASocket(-1, -1, -1, &info, 0, windows.WSA_FLAG_OVERLAPPED|windows.WSA_FLAG_NO_HANDLE_INHERIT)
}

func Receive(fd Handle, p []byte) (int, error) {
	n, flags, buffer := uint32(0), uint32(0), windows.WSABuf{Len: uint32(len(p)), Buf: unsafe.SliceData(p)}
	err := windows.WSARecv(fd, &buffer, 1, &n, &flags, nil, nil)
	return int(n), err
}

func Send(fd Handle, p []byte) (int, error) {
	n, buffer := uint32(0), windows.WSABuf{Len: uint32(len(p)), Buf: unsafe.SliceData(p)}
	err := windows.WSASend(fd, &buffer, 1, &n, 0, nil, nil)
	return int(n), err
}

func SendTo(fd Handle, p []byte, to netip.AddrPort) error {
	sa, err := sockaddr(to)
	if err != nil {
		return err
	}
	return windows.Sendto(fd, p, 0, sa)
}

func ReceiveFrom(fd Handle, p []byte) (int, netip.AddrPort, error) {
	n, from, err := windows.Recvfrom(fd, p, 0)
	return max(0, n), addrPort(from), err
}

func LocalAddr(fd Handle) (netip.AddrPort, error) {
	addr, err := windows.Getsockname(fd)
	return addrPort(addr), err
}

func PeerAddr(fd Handle) (netip.AddrPort, error) {
	addr, err := windows.Getpeername(fd)
	return addrPort(addr), err
}

func SetInt(fd Handle, level, option, value int) error {
	return windows.SetsockoptInt(fd, level, option, value)
}

func GetInt(fd Handle, level, option int) (int, error) {
	return windows.GetsockoptInt(fd, level, option)
}

// SetTimeout writes milliseconds: a struct timeval is for the other systems.
func SetTimeout(fd Handle, level, option int, d time.Duration) error {
	ms, err := Whole(d, time.Millisecond)
	if err != nil {
		return err
	}
	return windows.SetsockoptInt(fd, level, option, ms)
}

func GetTimeout(fd Handle, level, option int) (time.Duration, error) {
	ms, err := windows.GetsockoptInt(fd, level, option)
	return time.Duration(ms) * time.Millisecond, err
}

// SetLinger writes a struct of two 16-bit numbers.
func SetLinger(fd Handle, level, option int, on bool, seconds int) error {
	l := struct{ onoff, linger uint16 }{linger: uint16(seconds)}
	if on {
		l.onoff = 1
	}
	return windows.Setsockopt(fd, int32(level), int32(option), (*byte)(unsafe.Pointer(&l)), int32(unsafe.Sizeof(l)))
}

func GetLinger(fd Handle, level, option int) (on bool, seconds int, err error) {
	var l struct{ onoff, linger uint16 }
	size := int32(unsafe.Sizeof(l))
	err = windows.Getsockopt(fd, int32(level), int32(option), (*byte)(unsafe.Pointer(&l)), &size)
	return l.onoff != 0, int(l.linger), err
}

func sockaddr(addr netip.AddrPort) (windows.Sockaddr, error) {
	ip, port := addr.Addr(), int(addr.Port())
	if ip.Is4() {
		return &windows.SockaddrInet4{Port: port, Addr: ip.As4()}, nil
	}
	zone, err := zoneID(ip.Zone())
	return &windows.SockaddrInet6{Port: port, Addr: ip.As16(), ZoneId: zone}, err
}

func addrPort(addr windows.Sockaddr) netip.AddrPort {
	switch addr := addr.(type) {
	case *windows.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(addr.Addr), uint16(addr.Port))
	case *windows.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(addr.Addr).WithZone(zoneName(addr.ZoneId)), uint16(addr.Port))
	}
	return netip.AddrPort{}
}
