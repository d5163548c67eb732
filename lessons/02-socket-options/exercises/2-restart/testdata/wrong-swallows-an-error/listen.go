// check says: a server listens where no client looks for it

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
	s.SetReuseAddr(true)
	s.Bind(at) // refused, and so the kernel chooses a port
	err = s.Listen(128)
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}
