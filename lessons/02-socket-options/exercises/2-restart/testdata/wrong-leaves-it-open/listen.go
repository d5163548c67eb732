// check says: listen fails and leaves its socket open: a server that tries again and again runs out of descriptors

//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package restart

import (
	"net/netip"

	"onthewire/lessons/02-socket-options/socket"
)

func listen(at netip.AddrPort) (*socket.Socket, error) {
	s, err := socket.New(socket.IPv4, socket.Stream, 0)
	if err != nil {
		return nil, err
	}
	if err := s.SetReuseAddr(true); err != nil {
		return nil, err
	}
	if err := s.Bind(at); err != nil {
		return nil, err
	}
	return s, s.Listen(128)
}
