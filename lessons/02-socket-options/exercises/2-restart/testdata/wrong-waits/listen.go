// check says: your code does not return

//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package restart

import (
	"net/netip"
	"time"

	"onthewire/lessons/02-socket-options/socket"
)

func listen(at netip.AddrPort) (*socket.Socket, error) {
	s, err := socket.New(socket.IPv4, socket.Stream, 0)
	if err != nil {
		return nil, err
	}
	for s.Bind(at) != nil { // until TIME_WAIT is over, a minute later
		time.Sleep(100 * time.Millisecond)
	}
	if err := s.Listen(128); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}
