package socket

import (
	"os"
	"time"

	"onthewire/lessons/02-socket-options/socket/sys"
)

// Set sets an option whose value is an int, as most are. name is what errors call it.
func (s *Socket) Set(name string, level, option, value int) error {
	return os.NewSyscallError("setsockopt "+name, sys.SetInt(s.fd, level, option, value))
}

// Get reads an option whose value is an int.
func (s *Socket) Get(name string, level, option int) (int, error) {
	value, err := sys.GetInt(s.fd, level, option)
	return value, os.NewSyscallError("getsockopt "+name, err)
}

func (s *Socket) setBool(name string, level, option int, on bool) error {
	value := 0
	if on {
		value = 1
	}
	return s.Set(name, level, option, value)
}

// SetReuseAddr lets Bind take an address on which old connections are still in TIME_WAIT.
// On Windows it takes one from a living listener (SO_REUSEADDR, socket(7)).
func (s *Socket) SetReuseAddr(on bool) error {
	return s.setBool("SO_REUSEADDR", sys.SOL_SOCKET, sys.SO_REUSEADDR, on)
}

// SetReusePort lets several sockets of one user share an address (SO_REUSEPORT). Windows
// does not have it.
func (s *Socket) SetReusePort(on bool) error {
	return s.setBool("SO_REUSEPORT", sys.SOL_SOCKET, sys.SO_REUSEPORT, on)
}

// SetBroadcast allows datagrams to broadcast addresses (SO_BROADCAST).
func (s *Socket) SetBroadcast(on bool) error {
	return s.setBool("SO_BROADCAST", sys.SOL_SOCKET, sys.SO_BROADCAST, on)
}

// SetNoDelay sends small segments at once, without waiting for acknowledgements of earlier
// ones (TCP_NODELAY, tcp(7); Nagle's algorithm is RFC 896).
func (s *Socket) SetNoDelay(on bool) error {
	return s.setBool("TCP_NODELAY", sys.IPPROTO_TCP, sys.TCP_NODELAY, on)
}

// SetOnlyV6 keeps IPv4 out of an IPv6 socket (IPV6_V6ONLY, ipv6(7)). Set it before Bind.
func (s *Socket) SetOnlyV6(on bool) error {
	return s.setBool("IPV6_V6ONLY", sys.IPPROTO_IPV6, sys.IPV6_V6ONLY, on)
}

// SetTTL sets how many routers an IPv4 packet may pass, 1 to 255 (IP_TTL, ip(7)).
func (s *Socket) SetTTL(hops int) error { return s.Set("IP_TTL", sys.IPPROTO_IP, sys.IP_TTL, hops) }

// SetTOS sets the byte that routers sort IPv4 packets by (IP_TOS): DSCP in its upper six
// bits (RFC 2474), ECN in the lower two.
func (s *Socket) SetTOS(value int) error { return s.Set("IP_TOS", sys.IPPROTO_IP, sys.IP_TOS, value) }

// SetReceiveBuffer asks for that many bytes of receive buffer (SO_RCVBUF). Linux doubles
// the number, and no longer sizes the buffer by itself.
func (s *Socket) SetReceiveBuffer(bytes int) error {
	return s.Set("SO_RCVBUF", sys.SOL_SOCKET, sys.SO_RCVBUF, bytes)
}

// SetSendBuffer asks for that many bytes of send buffer (SO_SNDBUF), as SetReceiveBuffer
// does.
func (s *Socket) SetSendBuffer(bytes int) error {
	return s.Set("SO_SNDBUF", sys.SOL_SOCKET, sys.SO_SNDBUF, bytes)
}

// SetReadTimeout makes a Read that has waited so long fail with EAGAIN (SO_RCVTIMEO). 0
// waits for ever. It means nothing to a socket that does not block, so nothing in package
// net.
func (s *Socket) SetReadTimeout(d time.Duration) error {
	return os.NewSyscallError("setsockopt SO_RCVTIMEO", sys.SetTimeout(s.fd, sys.SO_RCVTIMEO, d))
}

// SetWriteTimeout is SetReadTimeout for Write (SO_SNDTIMEO).
func (s *Socket) SetWriteTimeout(d time.Duration) error {
	return os.NewSyscallError("setsockopt SO_SNDTIMEO", sys.SetTimeout(s.fd, sys.SO_SNDTIMEO, d))
}

// SetLinger chooses what Close does with bytes that are not yet sent (SO_LINGER). With
// off, it sends them in the background; with 0, it discards them and sends RST; else it
// blocks until they are acknowledged, but no longer than so many seconds.
func (s *Socket) SetLinger(on bool, seconds int) error {
	return os.NewSyscallError("setsockopt SO_LINGER", sys.SetLinger(s.fd, on, seconds))
}

// KeepAlive says when the kernel asks a silent peer whether it is still there. What is 0
// keeps the kernel's value.
type KeepAlive struct {
	Idle     time.Duration // so long after the last segment (TCP_KEEPIDLE)
	Interval time.Duration // between questions (TCP_KEEPINTVL)
	Count    int           // questions without an answer that end it (TCP_KEEPCNT)
}

// SetKeepAlive turns the questions on (SO_KEEPALIVE, tcp(7)). Times are whole seconds, at
// least one.
func (s *Socket) SetKeepAlive(k KeepAlive) error {
	for _, o := range []struct {
		name   string
		option int
		value  int
		set    bool
	}{
		{"TCP_KEEPIDLE", sys.TCP_KEEPIDLE, int(k.Idle / time.Second), k.Idle != 0},
		{"TCP_KEEPINTVL", sys.TCP_KEEPINTVL, int(k.Interval / time.Second), k.Interval != 0},
		{"TCP_KEEPCNT", sys.TCP_KEEPCNT, k.Count, k.Count != 0},
	} {
		if !o.set {
			continue
		}
		if err := s.Set(o.name, sys.IPPROTO_TCP, o.option, o.value); err != nil {
			return err
		}
	}
	return s.setBool("SO_KEEPALIVE", sys.SOL_SOCKET, sys.SO_KEEPALIVE, true)
}

// SetUserTimeout ends the connection when sent bytes stay unacknowledged for so long
// (TCP_USER_TIMEOUT, RFC 5482). Linux only.
func (s *Socket) SetUserTimeout(d time.Duration) error {
	return s.Set("TCP_USER_TIMEOUT", sys.IPPROTO_TCP, sys.TCP_USER_TIMEOUT, int(d/time.Millisecond))
}
