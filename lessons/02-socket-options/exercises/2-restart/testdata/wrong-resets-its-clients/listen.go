// check says: the server resets its clients: what is under way to them is lost

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
	if err = s.SetLinger(true, 0); err == nil { // no TIME_WAIT, and no goodbye either
		err = s.Bind(at)
	}
	if err == nil {
		err = s.Listen(128)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}
