package network

import (
	"errors"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/quic-go/quic-go/testutils/simnet"

	"onthewire/lessons/internal/lab"
)

// simulated is the router between two sides. Each socket hangs on a link of its own, which
// delays what comes to it.
type simulated struct {
	simnet.PerfectRouter
	network *Network

	mu    sync.Mutex
	way   lab.Way
	free  [2]time.Time // when a direction has carried all that waits for its rate
	port  int
	links []*simnet.SimulatedLink
	drops []*drop
}

type drop struct {
	left     int
	toServer bool
	match    func(Datagram) bool
	fallen   chan struct{}
}

// Simulate joins a client and a server by simnet, whatever the system allows. Inside a
// synctest bubble its delays are exact.
func Simulate(oneWay time.Duration) *Network {
	n := &Network{}
	n.simulated = &simulated{network: n, way: lab.Way{Delay: oneWay}, port: 9000}
	return n
}

func (s *simulated) socket(ip net.IP) net.PacketConn {
	s.mu.Lock()
	defer s.mu.Unlock()
	addr := &net.UDPAddr{IP: ip, Port: s.port}
	s.port++
	link := &simnet.SimulatedLink{
		LatencyFunc: s.takes, UploadPacket: s,
		UplinkSettings: simnet.LinkSettings{MTU: 1472}, DownlinkSettings: simnet.LinkSettings{MTU: 1472},
	}
	conn := simnet.NewBlockingSimConn(addr, link)
	s.AddNode(addr, link)
	link.Start()
	s.links = append(s.links, link)
	return conn
}

// SendPacket is how a link hands on what its socket has sent.
func (s *simulated) SendPacket(p simnet.Packet) error {
	d := Datagram{Time: time.Now(), Data: p.Data, ToServer: toServer(p)}
	d.Lost = s.falls(d) || s.isLost(p)
	s.network.tell(d)
	if d.Lost {
		return nil
	}
	return s.PerfectRouter.SendPacket(p)
}

func (s *simulated) drop(nth int, toServer bool, match func(Datagram) bool) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := &drop{left: nth, toServer: toServer, match: match, fallen: make(chan struct{})}
	s.drops = append(s.drops, d)
	return d.fallen
}

func (s *simulated) falls(datagram Datagram) (lost bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drops = slices.DeleteFunc(s.drops, func(d *drop) bool {
		if lost || d.toServer != datagram.ToServer || !d.match(datagram) {
			return false
		}
		if d.left--; d.left > 0 {
			return false
		}
		lost = true
		close(d.fallen)
		return true
	})
	return lost
}

func (s *simulated) close() (err error) {
	s.mu.Lock()
	links := s.links
	s.mu.Unlock()
	for _, link := range links {
		err = errors.Join(err, link.Close())
	}
	return err
}
