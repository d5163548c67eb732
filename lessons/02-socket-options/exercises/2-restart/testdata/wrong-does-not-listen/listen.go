// check says: no client gets in

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
	if err = s.SetReuseAddr(true); err == nil {
		err = s.Bind(at)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}
