//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package sys

import (
	"net/netip"
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

	SOL_SOCKET   = unix.SOL_SOCKET
	IPPROTO_IP   = unix.IPPROTO_IP
	IPPROTO_IPV6 = unix.IPPROTO_IPV6
	IPPROTO_TCP  = unix.IPPROTO_TCP

	SO_REUSEADDR = unix.SO_REUSEADDR
	SO_REUSEPORT = unix.SO_REUSEPORT
	SO_BROADCAST = unix.SO_BROADCAST
	SO_KEEPALIVE = unix.SO_KEEPALIVE
	SO_RCVBUF    = unix.SO_RCVBUF
	SO_SNDBUF    = unix.SO_SNDBUF
	SO_RCVTIMEO  = unix.SO_RCVTIMEO
	SO_SNDTIMEO  = unix.SO_SNDTIMEO
	SO_ERROR     = unix.SO_ERROR
	TCP_NODELAY  = unix.TCP_NODELAY
	IPV6_V6ONLY  = unix.IPV6_V6ONLY
	IP_TTL       = unix.IP_TTL
	IP_TOS       = unix.IP_TOS
)

func Bind(fd Handle, addr netip.AddrPort) error { return unix.Bind(fd, sockaddr(addr)) }
func Listen(fd Handle, backlog int) error       { return unix.Listen(fd, backlog) }
func ShutdownWrite(fd Handle) error             { return unix.Shutdown(fd, unix.SHUT_WR) }
func CloseHandle(fd Handle) error               { return unix.Close(fd) }
func SetNonblock(fd Handle, on bool) error      { return unix.SetNonblock(fd, on) }
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
	_, err := again(func() (int, error) { return 0, unix.Sendto(fd, p, 0, sockaddr(to)) })
	return err
}

func ReceiveFrom(fd Handle, p []byte) (int, netip.AddrPort, error) {
	var from unix.Sockaddr
	n, err := again(func() (n int, err error) { n, from, err = unix.Recvfrom(fd, p, 0); return n, err })
	return max(0, n), addrPort(from), err
}

// Connect must not be repeated after a signal: the kernel goes on with it, and a second
// call is told EALREADY. So it waits for the first one to end.
func Connect(fd Handle, addr netip.AddrPort) error {
	if err := unix.Connect(fd, sockaddr(addr)); err != unix.EINTR {
		return err
	}
	return connected(fd, -1)
}

func ConnectTimeout(fd Handle, addr netip.AddrPort, patience time.Duration) error {
	if err := unix.SetNonblock(fd, true); err != nil {
		return err
	}
	defer unix.SetNonblock(fd, false)
	if err := unix.Connect(fd, sockaddr(addr)); err != unix.EINPROGRESS && err != unix.EINTR {
		return err
	}
	return connected(fd, patience)
}

// connected waits for the end of a Connect, for ever with a negative patience.
func connected(fd Handle, patience time.Duration) error {
	begun := time.Now()
	for {
		left := -1
		if patience >= 0 {
			left = int(max(0, patience-time.Since(begun)).Milliseconds())
		}
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}, left)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return err
		case n == 0:
			return unix.ETIMEDOUT
		}
		code, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
		if err == nil && code != 0 {
			err = unix.Errno(code)
		}
		return err
	}
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
	if option == NotHere {
		return ErrNotHere
	}
	return unix.SetsockoptInt(fd, level, option, value)
}

func GetInt(fd Handle, level, option int) (int, error) {
	if option == NotHere {
		return 0, ErrNotHere
	}
	return unix.GetsockoptInt(fd, level, option)
}

func SetTimeout(fd Handle, option int, d time.Duration) error {
	tv := unix.NsecToTimeval(int64(d))
	return unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, option, &tv)
}

func SetLinger(fd Handle, on bool, seconds int) error {
	l := unix.Linger{Linger: int32(seconds)}
	if on {
		l.Onoff = 1
	}
	return unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &l)
}

func GetTimeout(fd Handle, option int) (time.Duration, error) {
	tv, err := unix.GetsockoptTimeval(fd, unix.SOL_SOCKET, option)
	if err != nil {
		return 0, err
	}
	return time.Duration(tv.Nano()), nil
}

func GetLinger(fd Handle) (on bool, seconds int, err error) {
	l, err := unix.GetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER)
	if err != nil {
		return false, 0, err
	}
	return l.Onoff != 0, int(l.Linger), nil
}
