package socket

import (
	"errors"
	"os"
	"syscall"
	"time"

	"onthewire/lessons/02-socket-options/options"
	"onthewire/lessons/02-socket-options/socket/sys"
)

// What has been set can be read back, and it is not always what was asked for.

// get reads an option of the table.
func (s *Socket) get(name string) (int, error) {
	level, option, err := options.Here(name)
	if err != nil {
		return 0, os.NewSyscallError("getsockopt "+name, err)
	}
	return s.Get(name, level, option)
}

func (s *Socket) getBool(name string) (bool, error) {
	value, err := s.get(name)
	return value != 0, err // BSD answers with the option's own bit, not with 1
}

// ReuseAddr reads SO_REUSEADDR.
func (s *Socket) ReuseAddr() (bool, error) { return s.getBool("SO_REUSEADDR") }

// ReusePort reads SO_REUSEPORT.
func (s *Socket) ReusePort() (bool, error) { return s.getBool("SO_REUSEPORT") }

// Broadcast reads SO_BROADCAST.
func (s *Socket) Broadcast() (bool, error) { return s.getBool("SO_BROADCAST") }

// NoDelay reads TCP_NODELAY.
func (s *Socket) NoDelay() (bool, error) { return s.getBool("TCP_NODELAY") }

// OnlyV6 reads IPV6_V6ONLY.
func (s *Socket) OnlyV6() (bool, error) { return s.getBool("IPV6_V6ONLY") }

// TTL reads IP_TTL.
func (s *Socket) TTL() (int, error) { return s.get("IP_TTL") }

// TOS reads IP_TOS.
func (s *Socket) TOS() (int, error) { return s.get("IP_TOS") }

// ReceiveBuffer reads SO_RCVBUF: on Linux twice what was set.
func (s *Socket) ReceiveBuffer() (int, error) {
	return s.get("SO_RCVBUF")
}

// SendBuffer reads SO_SNDBUF: on Linux twice what was set.
func (s *Socket) SendBuffer() (int, error) {
	return s.get("SO_SNDBUF")
}

// ReadTimeout reads SO_RCVTIMEO; 0 is for ever.
func (s *Socket) ReadTimeout() (time.Duration, error) { return s.timeout("SO_RCVTIMEO") }

// WriteTimeout reads SO_SNDTIMEO; 0 is for ever.
func (s *Socket) WriteTimeout() (time.Duration, error) { return s.timeout("SO_SNDTIMEO") }

func (s *Socket) timeout(name string) (d time.Duration, err error) {
	level, option, err := options.Here(name)
	if err == nil {
		d, err = sys.GetTimeout(s.fd, level, option)
	}
	return d, os.NewSyscallError("getsockopt "+name, err)
}

// Linger reads SO_LINGER.
func (s *Socket) Linger() (on bool, seconds int, err error) {
	level, option, err := options.Here("SO_LINGER")
	if err == nil {
		on, seconds, err = sys.GetLinger(s.fd, level, option)
	}
	return on, seconds, os.NewSyscallError("getsockopt SO_LINGER", err)
}

// KeepAlive reads SO_KEEPALIVE and its three figures. A figure that this system does not
// have is 0.
func (s *Socket) KeepAlive() (on bool, k KeepAlive, err error) {
	if on, err = s.getBool("SO_KEEPALIVE"); err != nil {
		return on, k, err
	}
	figure := func(name string) (value int) {
		if err == nil {
			value, err = s.get(name)
		}
		if errors.Is(err, errors.ErrUnsupported) {
			value, err = 0, nil
		}
		return value
	}
	k.Idle = time.Duration(figure("TCP_KEEPIDLE")) * time.Second
	k.Interval = time.Duration(figure("TCP_KEEPINTVL")) * time.Second
	k.Count = figure("TCP_KEEPCNT")
	return on, k, err
}

// UserTimeout reads TCP_USER_TIMEOUT; 0 leaves it to the kernel.
func (s *Socket) UserTimeout() (time.Duration, error) {
	ms, err := s.get("TCP_USER_TIMEOUT")
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
