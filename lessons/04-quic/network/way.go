package network

import (
	"math/rand/v2"
	"net"
	"time"

	"github.com/quic-go/quic-go/testutils/simnet"

	"onthewire/lessons/internal/lab"
)

const headers = 20 + 8 // bytes of IPv4 and UDP: sizes are those of packets, as in the lab

func (s *simulated) set(way lab.Way) error {
	if err := way.Validate(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.way = way
	return nil
}

func toServer(p simnet.Packet) bool { return p.To.(*net.UDPAddr).IP.Equal(net.IPv4(10, 0, 0, 2)) }

// isLost tells whether a datagram falls by chance, or because too much waits already.
func (s *simulated) isLost(p simnet.Packet) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.way.Loss > 0 && rand.Float64() < s.way.Loss {
		return true
	}
	if s.way.Rate == 0 {
		return false
	}
	room := 100 * time.Millisecond
	if s.way.Queue > 0 {
		room = s.sending(s.way.Queue)
	}
	return time.Until(*s.direction(p))+s.sending(headers+len(p.Data)) > room
}

// takes is how long a datagram needs: its wait for the rate, its own time at that rate, and the
// delay.
func (s *simulated) takes(p simnet.Packet) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.way.Rate == 0 {
		return s.way.Delay
	}
	now, free := time.Now(), s.direction(p)
	if free.Before(now) {
		*free = now
	}
	*free = free.Add(s.sending(headers + len(p.Data)))
	return free.Sub(now) + s.way.Delay
}

func (s *simulated) direction(p simnet.Packet) *time.Time {
	if toServer(p) {
		return &s.free[0]
	}
	return &s.free[1]
}

func (s *simulated) sending(bytes int) time.Duration {
	return time.Duration(float64(bytes*8) / float64(s.way.Rate) * float64(time.Second))
}
