// Package network joins a client and a server by a long way. It is a link of the lab, on which
// both have sockets of the kernel, or where the system allows none, quic-go's simnet: that
// carries datagrams only, needs no permission, and runs in virtual time too
// (testing/synctest).
package network

import (
	"errors"
	"net"
	"sync"
	"time"

	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/packet"
)

// A Network joins a client and a server.
type Network struct {
	Link    *lab.Link               // nil where the network is simulated
	Missing *experiment.Unavailable // why it is simulated; nil where that was asked for

	simulated *simulated

	mu   sync.Mutex
	taps []func(Datagram)
}

// A Datagram is what one side has sent to the other.
type Datagram struct {
	Time     time.Time
	Data     []byte
	ToServer bool
	Lost     bool
}

// Open opens a link with so much delay in each direction, or simulates one. Where a process
// is not root, lab.Enter comes first.
func Open(oneWay time.Duration) (*Network, error) {
	way := lab.Way{Delay: oneWay}
	link, err := lab.Open(way, way)
	if missing, ok := errors.AsType[*experiment.Unavailable](err); ok {
		n := Simulate(oneWay)
		n.Missing = missing
		return n, nil
	} else if err != nil {
		return nil, err
	}
	n := &Network{Link: link}
	link.Tap(func(p lab.Packet) {
		if p.Protocol == packet.UDP {
			n.tell(Datagram{Time: p.Time, Data: p.Payload, ToServer: p.ToServer, Lost: !p.Fate.Arrives()})
		}
	})
	return n, nil
}

// Client makes a UDP socket on the client's side.
func (n *Network) Client() (net.PacketConn, error) {
	if n.Link == nil {
		return n.simulated.socket(net.IPv4(10, 0, 0, 1)), nil
	}
	return n.Link.Client.ListenPacket("udp4", "client:0")
}

// Server makes a UDP socket on the server's side.
func (n *Network) Server() (net.PacketConn, error) {
	if n.Link == nil {
		return n.simulated.socket(net.IPv4(10, 0, 0, 2)), nil
	}
	return n.Link.Server.ListenPacket("udp4", "server:0")
}

// Drop loses exactly one datagram: the nth of those to come in one direction, counted from
// 1. The channel tells when it falls.
func (n *Network) Drop(nth int, toServer bool) <-chan struct{} {
	if n.Link == nil {
		return n.simulated.drop(nth, toServer, func(Datagram) bool { return true })
	}
	return n.drop(nth, toServer, func(p lab.Packet) bool { return p.Protocol == packet.UDP })
}

// DropLonger loses the nth of those packets that carry at least so many bytes, whether in a
// datagram or in a segment of TCP.
func (n *Network) DropLonger(nth, bytes int, toServer bool) <-chan struct{} {
	if n.Link == nil {
		return n.simulated.drop(nth, toServer, func(d Datagram) bool { return len(d.Data) >= bytes })
	}
	return n.drop(nth, toServer, func(p lab.Packet) bool { return len(p.Payload) >= bytes })
}

// DropIf loses the first datagram that match says, which must not use the network.
func (n *Network) DropIf(toServer bool, match func(Datagram) bool) <-chan struct{} {
	if n.Link == nil {
		return n.simulated.drop(1, toServer, match)
	}
	return n.drop(1, toServer, func(p lab.Packet) bool {
		return p.Protocol == packet.UDP && match(Datagram{Time: p.Time, Data: p.Payload, ToServer: toServer})
	})
}

func (n *Network) drop(nth int, toServer bool, match func(lab.Packet) bool) <-chan struct{} {
	direction := n.Link.ToClient
	if toServer {
		direction = n.Link.ToServer
	}
	fallen := make(chan struct{})
	direction.Drop(1, func(p lab.Packet) bool {
		if !match(p) {
			return false
		}
		if nth--; nth > 0 {
			return false
		}
		close(fallen)
		return true
	})
	return fallen
}

// Set changes what the network does to datagrams from now on, in both directions. Where it is
// simulated, that is Delay, Rate, Queue and Loss.
func (n *Network) Set(way lab.Way) error {
	if n.Link == nil {
		return n.simulated.set(way)
	}
	return n.Link.Set(way)
}

// Tap lets somebody see every datagram as it is sent. see must not use the network.
func (n *Network) Tap(see func(Datagram)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.taps = append(n.taps, see)
}

func (n *Network) tell(d Datagram) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, see := range n.taps {
		see(d)
	}
}

// Close takes the network away. Close connections and sockets first.
func (n *Network) Close() error {
	if n.Link == nil {
		return n.simulated.close()
	}
	return n.Link.Close()
}
