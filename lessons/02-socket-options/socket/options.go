package socket

import (
	"fmt"
	"math"
	"os"
	"syscall"
	"time"

	"onthewire/lessons/02-socket-options/options"
	"onthewire/lessons/02-socket-options/socket/sys"
)

// Set sets an option whose value is an int, as most are. name is what errors call it. An
// int of C has 32 bits, and more is refused.
func (s *Socket) Set(name string, level, option, value int) error {
	err := sys.Within(value, math.MinInt32, math.MaxInt32)
	if err == nil {
		err = sys.SetInt(s.fd, level, option, value)
	}
	return os.NewSyscallError("setsockopt "+name, err)
}

// Get reads an option whose value is an int.
func (s *Socket) Get(name string, level, option int) (int, error) {
	value, err := sys.GetInt(s.fd, level, option)
	return value, os.NewSyscallError("getsockopt "+name, err)
}

// set sets an option of the table, and refuses what the kernel would bend. The error is
// EINVAL as the kernel's own would be, with the bounds.
func (s *Socket) set(name string, value, least, most int) error {
	level, option, err := options.Here(name)
	if err == nil {
		err = sys.Within(value, least, most)
	}
	if err != nil {
		return os.NewSyscallError("setsockopt "+name, err)
	}
	return s.Set(name, level, option, value)
}

func (s *Socket) setBool(name string, on bool) error {
	value := 0
	if on {
		value = 1
	}
	return s.set(name, value, 0, 1)
}

// setWhole sets a time in whole units, rounded up.
func (s *Socket) setWhole(name string, d, unit time.Duration) error {
	value, err := sys.Whole(d, unit)
	if err != nil {
		return os.NewSyscallError("setsockopt "+name, err)
	}
	return s.set(name, value, 0, math.MaxInt32)
}

// SetReuseAddr lets Bind take an address on which old connections are still in TIME_WAIT.
// On Windows two living listeners that have set it share one (SO_REUSEADDR, socket(7)).
func (s *Socket) SetReuseAddr(on bool) error {
	return s.setBool("SO_REUSEADDR", on)
}

// SetReusePort lets several sockets of one user share an address (SO_REUSEPORT). Windows
// does not have it.
func (s *Socket) SetReusePort(on bool) error {
	return s.setBool("SO_REUSEPORT", on)
}

// SetBroadcast allows datagrams to broadcast addresses (SO_BROADCAST).
func (s *Socket) SetBroadcast(on bool) error {
	return s.setBool("SO_BROADCAST", on)
}

// SetNoDelay sends small segments at once, without waiting for acknowledgements of earlier
// ones (TCP_NODELAY, tcp(7); Nagle's algorithm is RFC 896).
func (s *Socket) SetNoDelay(on bool) error {
	return s.setBool("TCP_NODELAY", on)
}

// SetOnlyV6 keeps IPv4 out of an IPv6 socket (IPV6_V6ONLY, ipv6(7)). Set it before Bind.
func (s *Socket) SetOnlyV6(on bool) error {
	return s.setBool("IPV6_V6ONLY", on)
}

// SetTTL sets how many routers an IPv4 packet may pass, 1 to 255 (IP_TTL, ip(7)).
func (s *Socket) SetTTL(hops int) error { return s.set("IP_TTL", hops, 1, 255) }

// SetTOS sets the byte that routers sort IPv4 packets by (IP_TOS): DSCP in its upper six
// bits (RFC 2474), ECN in the lower two.
func (s *Socket) SetTOS(value int) error { return s.set("IP_TOS", value, 0, 255) }

// SetReceiveBuffer asks for that many bytes of receive buffer (SO_RCVBUF). Linux doubles
// the number, and no longer sizes the buffer by itself.
func (s *Socket) SetReceiveBuffer(bytes int) error {
	return s.set("SO_RCVBUF", bytes, 0, math.MaxInt32)
}

// SetSendBuffer asks for that many bytes of send buffer (SO_SNDBUF), as SetReceiveBuffer
// does.
func (s *Socket) SetSendBuffer(bytes int) error {
	return s.set("SO_SNDBUF", bytes, 0, math.MaxInt32)
}

// SetReadTimeout makes a Read that has waited so long fail with EAGAIN (SO_RCVTIMEO). 0
// waits for ever. It means nothing to a socket that does not block, so nothing in package
// net. On Windows the error is ETIMEDOUT, behind which a connection is only to be closed.
func (s *Socket) SetReadTimeout(d time.Duration) error { return s.setTimeout("SO_RCVTIMEO", d) }

// SetWriteTimeout is SetReadTimeout for Write (SO_SNDTIMEO).
func (s *Socket) SetWriteTimeout(d time.Duration) error { return s.setTimeout("SO_SNDTIMEO", d) }

func (s *Socket) setTimeout(name string, d time.Duration) error {
	level, option, err := options.Here(name)
	if err == nil && d < 0 {
		err = fmt.Errorf("%v has passed already: %w", d, syscall.EINVAL)
	}
	if err == nil {
		err = sys.SetTimeout(s.fd, level, option, d)
	}
	return os.NewSyscallError("setsockopt "+name, err)
}

// SetLinger chooses what Close does with bytes that are not yet sent (SO_LINGER). With
// off, it sends them in the background; with 0, it discards them and sends RST; else it
// blocks until they are acknowledged, but no longer than so many seconds.
func (s *Socket) SetLinger(on bool, seconds int) error {
	level, option, err := options.Here("SO_LINGER")
	if err == nil {
		err = sys.Within(seconds, 0, sys.MaxLinger)
	}
	if err == nil {
		err = sys.SetLinger(s.fd, level, option, on, seconds)
	}
	return os.NewSyscallError("setsockopt SO_LINGER", err)
}

// KeepAlive says when the kernel asks a silent peer whether it is still there. What is 0
// keeps the kernel's value.
type KeepAlive struct {
	Idle     time.Duration // so long after the last segment (TCP_KEEPIDLE)
	Interval time.Duration // between questions (TCP_KEEPINTVL)
	Count    int           // questions without an answer that end it (TCP_KEEPCNT)
}

// SetKeepAlive turns the questions on (SO_KEEPALIVE, tcp(7)). The kernel takes whole
// seconds, so times are rounded up.
func (s *Socket) SetKeepAlive(k KeepAlive) error {
	if k.Idle != 0 {
		if err := s.setWhole("TCP_KEEPIDLE", k.Idle, time.Second); err != nil {
			return err
		}
	}
	if k.Interval != 0 {
		if err := s.setWhole("TCP_KEEPINTVL", k.Interval, time.Second); err != nil {
			return err
		}
	}
	if k.Count != 0 {
		if err := s.set("TCP_KEEPCNT", k.Count, 1, math.MaxInt32); err != nil {
			return err
		}
	}
	return s.setBool("SO_KEEPALIVE", true)
}

// SetUserTimeout ends the connection when sent bytes stay unacknowledged for so long
// (TCP_USER_TIMEOUT, RFC 5482), in milliseconds rounded up. 0 leaves it to the kernel.
// Linux only.
func (s *Socket) SetUserTimeout(d time.Duration) error {
	return s.setWhole("TCP_USER_TIMEOUT", d, time.Millisecond)
}
