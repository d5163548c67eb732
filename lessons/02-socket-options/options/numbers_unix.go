//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package options

import (
	"maps"

	"golang.org/x/sys/unix"
)

// numbers are what every Unix has (sys/socket.h, netinet/tcp.h, netinet/in.h) and what this
// one has of its own, which takes precedence.
var numbers = func() map[string]number {
	all := map[string]number{
		"TCP_NODELAY":  {unix.IPPROTO_TCP, unix.TCP_NODELAY},
		"SO_RCVBUF":    {unix.SOL_SOCKET, unix.SO_RCVBUF},
		"SO_SNDBUF":    {unix.SOL_SOCKET, unix.SO_SNDBUF},
		"SO_KEEPALIVE": {unix.SOL_SOCKET, unix.SO_KEEPALIVE},
		"SO_LINGER":    {unix.SOL_SOCKET, unix.SO_LINGER},
		"SO_REUSEADDR": {unix.SOL_SOCKET, unix.SO_REUSEADDR},
		"SO_REUSEPORT": {unix.SOL_SOCKET, unix.SO_REUSEPORT},
		"SO_RCVTIMEO":  {unix.SOL_SOCKET, unix.SO_RCVTIMEO},
		"SO_SNDTIMEO":  {unix.SOL_SOCKET, unix.SO_SNDTIMEO},
		"IPV6_V6ONLY":  {unix.IPPROTO_IPV6, unix.IPV6_V6ONLY},
		"SO_BROADCAST": {unix.SOL_SOCKET, unix.SO_BROADCAST},
		"IP_TTL":       {unix.IPPROTO_IP, unix.IP_TTL},
		"IP_TOS":       {unix.IPPROTO_IP, unix.IP_TOS},
	}
	maps.Copy(all, own)
	return all
}()
