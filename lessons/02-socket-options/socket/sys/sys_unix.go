//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package sys

import (
	"fmt"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

type Handle = int

const NoHandle = -1

const (
	SOCK_STREAM = unix.SOCK_STREAM
	SOCK_DGRAM  = unix.SOCK_DGRAM
	AF_INET     = unix.AF_INET
	AF_INET6    = unix.AF_INET6

	SOL_SOCKET = unix.SOL_SOCKET
	SO_ERROR   = unix.SO_ERROR
)

func Bind(fd Handle, addr netip.AddrPort) error {
	sa, err := sockaddr(addr)
	if err != nil {
		return err
	}
	return unix.Bind(fd, sa)
}

func Listen(fd Handle, backlog int) error  { return unix.Listen(fd, backlog) }
func ShutdownWrite(fd Handle) error        { return unix.Shutdown(fd, unix.SHUT_WR) }
func CloseHandle(fd Handle) error          { return unix.Close(fd) }
func CloseFile(f *os.File, _ Handle) error { return f.Close() }
func SetNonblock(fd Handle, on bool) error { return unix.SetNonblock(fd, on) }
func Duplicate(fd Handle) (Handle, error) {
	return unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
}

// again repeats a call that a signal has interrupted. Go's runtime sends itself signals all
// the time; most calls go on after one by themselves, those with a timeout set do not
// (signal(7)).
func again[T any](call func() (T, error)) (T, error) {
	for {
		result, err := call()
		if err != unix.EINTR {
			return result, err
		}
	}
}

func Accept(fd Handle) (Handle, netip.AddrPort, error) {
	var from unix.Sockaddr
	conn, err := again(func() (n int, err error) { n, from, err = acceptCloexec(fd); return n, err })
	return conn, addrPort(from), err
}

func Receive(fd Handle, p []byte) (int, error) {
	n, err := again(func() (int, error) { return unix.Read(fd, p) })
	return max(0, n), err
}

func Send(fd Handle, p []byte) (int, error) {
	n, err := again(func() (int, error) { return unix.Write(fd, p) })
	return max(0, n), err
}

func SendTo(fd Handle, p []byte, to netip.AddrPort) error {
	sa, err := sockaddr(to)
	if err != nil {
		return err
	}
	_, err = again(func() (int, error) { return 0, unix.Sendto(fd, p, 0, sa) })
	return err
}

func ReceiveFrom(fd Handle, p []byte) (int, netip.AddrPort, error) {
	var from unix.Sockaddr
	n, err := again(func() (n int, err error) { n, from, err = unix.Recvfrom(fd, p, 0); return n, err })
	return max(0, n), addrPort(from), err
}

func LocalAddr(fd Handle) (netip.AddrPort, error) {
	addr, err := unix.Getsockname(fd)
	return addrPort(addr), err
}

func PeerAddr(fd Handle) (netip.AddrPort, error) {
	addr, err := unix.Getpeername(fd)
	return addrPort(addr), err
}

func SetInt(fd Handle, level, option, value int) error {
	return unix.SetsockoptInt(fd, level, option, value)
}

func GetInt(fd Handle, level, option int) (int, error) {
	return unix.GetsockoptInt(fd, level, option)
}

// SetTimeout writes microseconds, and NsecToTimeval rounds up to them. Where seconds have 32
// bits, some times do not fit.
func SetTimeout(fd Handle, level, option int, d time.Duration) error {
	tv := unix.NsecToTimeval(int64(d))
	if time.Duration(tv.Nano()) < d {
		return fmt.Errorf("%v is too long: %w", d, unix.EINVAL)
	}
	return unix.SetsockoptTimeval(fd, level, option, &tv)
}

func GetTimeout(fd Handle, level, option int) (time.Duration, error) {
	tv, err := unix.GetsockoptTimeval(fd, level, option)
	if err != nil {
		return 0, err
	}
	return time.Duration(tv.Nano()), nil
}

func SetLinger(fd Handle, level, option int, on bool, seconds int) error {
	l := unix.Linger{Linger: int32(seconds)}
	if on {
		l.Onoff = 1
	}
	return unix.SetsockoptLinger(fd, level, option, &l)
}

func GetLinger(fd Handle, level, option int) (on bool, seconds int, err error) {
	l, err := unix.GetsockoptLinger(fd, level, option)
	if err != nil {
		return false, 0, err
	}
	return l.Onoff != 0, int(l.Linger), nil
}

func sockaddr(addr netip.AddrPort) (unix.Sockaddr, error) {
	ip, port := addr.Addr(), int(addr.Port())
	if ip.Is4() {
		return &unix.SockaddrInet4{Port: port, Addr: ip.As4()}, nil
	}
	zone, err := zoneID(ip.Zone())
	return &unix.SockaddrInet6{Port: port, Addr: ip.As16(), ZoneId: zone}, err
}

func addrPort(addr unix.Sockaddr) netip.AddrPort {
	switch addr := addr.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(addr.Addr), uint16(addr.Port))
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(addr.Addr).WithZone(zoneName(addr.ZoneId)), uint16(addr.Port))
	}
	return netip.AddrPort{}
}
