// check says: another server has the port, and EADDRINUSE is not what listen says

//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package restart

import (
	"errors"
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
	if err == nil {
		err = s.Listen(128)
	}
	if err != nil {
		s.Close()
		return nil, errors.New("listen: " + err.Error()) // the words are there, the error is not
	}
	return s, nil
}
