//go:build !linux

package multicast

import (
	"net"
	"net/netip"
)

// onlyJoined has nothing to do: the option is Linux's own. On macOS, FreeBSD and Windows a
// socket hears only the groups that it has joined.
func onlyJoined(*net.UDPConn, netip.Addr) error { return nil }
