package network

import (
	"errors"
	"net"
	"sync"
	"time"

	"github.com/quic-go/quic-go/testutils/simnet"
)

// simulated is a network in memory. It is the router between UDP sockets, each of which hangs
// on a link of its own that delays what comes to it, and it knows who listens for TCP.
type simulated struct {
	simnet.PerfectRouter
	network *Network

	mu        sync.Mutex
	blocked   bool                 // UDP to the server
	lose      func(bytes int) bool // whether this packet to the client falls; nil once one has
	port      int                  // the next of the client's
	links     []*simnet.SimulatedLink
	listeners map[int]*listener
}

// Simulate joins a client and a server in memory, whatever the system allows. Inside a
// synctest bubble its delays are exact.
func Simulate(oneWay time.Duration) *Network {
	n := &Network{OneWay: oneWay}
	n.simulated = &simulated{network: n, port: 40000, listeners: make(map[int]*listener)}
	return n
}

// socket makes a UDP socket. Port 0 takes a free one.
func (s *simulated) socket(ip net.IP, port int) net.PacketConn {
	s.mu.Lock()
	defer s.mu.Unlock()
	if port == 0 {
		port = s.free()
	}
	addr := &net.UDPAddr{IP: ip.To4(), Port: port}
	link := &simnet.SimulatedLink{
		Latency: s.network.OneWay, UploadPacket: s,
		UplinkSettings: simnet.LinkSettings{MTU: 1472}, DownlinkSettings: simnet.LinkSettings{MTU: 1472},
	}
	conn := simnet.NewBlockingSimConn(addr, link)
	s.AddNode(addr, link)
	link.Start()
	s.links = append(s.links, link)
	return conn
}

func (s *simulated) free() int {
	s.port++
	return s.port
}

func (s *simulated) block() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.blocked = true
}

// falls tells whether a packet is the one to be lost.
func (s *simulated) falls(toServer bool, bytes int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if toServer || s.lose == nil || !s.lose(bytes) {
		return false
	}
	s.lose = nil
	return true
}

// SendPacket is how a link hands on what its socket has sent.
func (s *simulated) SendPacket(p simnet.Packet) error {
	to := p.To.(*net.UDPAddr)
	p.To = &net.UDPAddr{IP: to.IP.To4(), Port: to.Port} // as the router knows it, however long
	toServer := to.IP.Equal(net.ParseIP(Server))
	s.network.tell(Packet{Time: time.Now(), ToServer: toServer, UDP: true, Bytes: len(p.Data)})
	s.mu.Lock()
	blocked := s.blocked
	s.mu.Unlock()
	if blocked && toServer || s.falls(toServer, len(p.Data)) {
		return nil
	}
	s.PerfectRouter.SendPacket(p) // to a port where nobody is, it gets lost
	return nil
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
