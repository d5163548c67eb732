package socket

import (
	"os"
	"syscall"
	"time"

	"onthewire/lessons/02-socket-options/socket/sys"
)

// What has been set can be read back, and it is not always what was asked for.

func (s *Socket) getBool(name string, level, option int) (bool, error) {
	value, err := s.Get(name, level, option)
	return value != 0, err // BSD answers with the option's own bit, not with 1
}

// ReuseAddr reads SO_REUSEADDR.
func (s *Socket) ReuseAddr() (bool, error) {
	return s.getBool("SO_REUSEADDR", sys.SOL_SOCKET, sys.SO_REUSEADDR)
}

// ReusePort reads SO_REUSEPORT.
func (s *Socket) ReusePort() (bool, error) {
	return s.getBool("SO_REUSEPORT", sys.SOL_SOCKET, sys.SO_REUSEPORT)
}

// Broadcast reads SO_BROADCAST.
func (s *Socket) Broadcast() (bool, error) {
	return s.getBool("SO_BROADCAST", sys.SOL_SOCKET, sys.SO_BROADCAST)
}

// NoDelay reads TCP_NODELAY.
func (s *Socket) NoDelay() (bool, error) {
	return s.getBool("TCP_NODELAY", sys.IPPROTO_TCP, sys.TCP_NODELAY)
}

// OnlyV6 reads IPV6_V6ONLY.
func (s *Socket) OnlyV6() (bool, error) {
	return s.getBool("IPV6_V6ONLY", sys.IPPROTO_IPV6, sys.IPV6_V6ONLY)
}

// TTL reads IP_TTL.
func (s *Socket) TTL() (int, error) { return s.Get("IP_TTL", sys.IPPROTO_IP, sys.IP_TTL) }

// TOS reads IP_TOS.
func (s *Socket) TOS() (int, error) { return s.Get("IP_TOS", sys.IPPROTO_IP, sys.IP_TOS) }

// ReceiveBuffer reads SO_RCVBUF: on Linux twice what was set.
func (s *Socket) ReceiveBuffer() (int, error) {
	return s.Get("SO_RCVBUF", sys.SOL_SOCKET, sys.SO_RCVBUF)
}

// SendBuffer reads SO_SNDBUF: on Linux twice what was set.
func (s *Socket) SendBuffer() (int, error) {
	return s.Get("SO_SNDBUF", sys.SOL_SOCKET, sys.SO_SNDBUF)
}

// ReadTimeout reads SO_RCVTIMEO; 0 is for ever.
func (s *Socket) ReadTimeout() (time.Duration, error) {
	d, err := sys.GetTimeout(s.fd, sys.SO_RCVTIMEO)
	return d, os.NewSyscallError("getsockopt SO_RCVTIMEO", err)
}

// WriteTimeout reads SO_SNDTIMEO; 0 is for ever.
func (s *Socket) WriteTimeout() (time.Duration, error) {
	d, err := sys.GetTimeout(s.fd, sys.SO_SNDTIMEO)
	return d, os.NewSyscallError("getsockopt SO_SNDTIMEO", err)
}

// Linger reads SO_LINGER.
func (s *Socket) Linger() (on bool, seconds int, err error) {
	on, seconds, err = sys.GetLinger(s.fd)
	return on, seconds, os.NewSyscallError("getsockopt SO_LINGER", err)
}

// KeepAlive reads SO_KEEPALIVE and its three figures. A figure that this system does not
// have is 0.
func (s *Socket) KeepAlive() (on bool, k KeepAlive, err error) {
	if on, err = s.getBool("SO_KEEPALIVE", sys.SOL_SOCKET, sys.SO_KEEPALIVE); err != nil {
		return on, k, err
	}
	figure := func(name string, option int) int {
		if option == sys.NotHere || err != nil {
			return 0
		}
		var value int
		value, err = s.Get(name, sys.IPPROTO_TCP, option)
		return value
	}
	k.Idle = time.Duration(figure("TCP_KEEPIDLE", sys.TCP_KEEPIDLE)) * time.Second
	k.Interval = time.Duration(figure("TCP_KEEPINTVL", sys.TCP_KEEPINTVL)) * time.Second
	k.Count = figure("TCP_KEEPCNT", sys.TCP_KEEPCNT)
	return on, k, err
}

// UserTimeout reads TCP_USER_TIMEOUT; 0 leaves it to the kernel.
func (s *Socket) UserTimeout() (time.Duration, error) {
	ms, err := s.Get("TCP_USER_TIMEOUT", sys.IPPROTO_TCP, sys.TCP_USER_TIMEOUT)
	return time.Duration(ms) * time.Millisecond, err
}

// TakeError returns what went wrong on the socket since somebody last asked, and forgets
// it (SO_ERROR).
func (s *Socket) TakeError() error {
	code, err := s.Get("SO_ERROR", sys.SOL_SOCKET, sys.SO_ERROR)
	if err != nil || code == 0 {
		return err
	}
	return syscall.Errno(code)
}
