package moving

import (
	"net"
	"sync/atomic"
)

// A socket whose network may go away: then nothing comes, and what is sent is lost.
type socket struct {
	net.PacketConn
	gone atomic.Bool
}

func (s *socket) ReadFrom(p []byte) (int, net.Addr, error) {
	for {
		n, from, err := s.PacketConn.ReadFrom(p)
		if err != nil || !s.gone.Load() {
			return n, from, err
		}
	}
}

func (s *socket) WriteTo(p []byte, to net.Addr) (int, error) {
	if s.gone.Load() {
		return len(p), nil
	}
	return s.PacketConn.WriteTo(p, to)
}
