// Package network joins a client and a server by a long way that carries TCP and UDP. It is a
// link of the lab, on which both have sockets of the kernel, or where the system allows none,
// a network in memory: quic-go's simnet for datagrams, and for TCP a pipe with a delay and a
// window. That one needs no permission, and runs in virtual time too (testing/synctest).
//
// Read it in this order: network.go, trips.go (round trips, counted), simulated.go and tcp.go
// (the network in memory).
package network

import (
	"context"
	"errors"
	"net"
	"strconv"
	"sync"
	"time"

	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/packet"
)

// Server is the server's address, which only its client can reach.
const Server = "10.0.0.2"

// A Network joins a client and a server.
type Network struct {
	Link    *lab.Link               // nil where the network is simulated
	Missing *experiment.Unavailable // why it is simulated; nil where that was asked for
	OneWay  time.Duration           // the delay in each direction

	simulated *simulated

	mu   sync.Mutex
	taps []func(Packet)
}

// A Packet is what one side has sent to the other.
type Packet struct {
	Time     time.Time
	ToServer bool
	UDP      bool // otherwise TCP
	Bytes    int  // that it carries for those above TCP or UDP
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
	n := &Network{Link: link, OneWay: oneWay}
	link.Tap(func(p lab.Packet) {
		n.tell(Packet{Time: p.Time, ToServer: p.ToServer, UDP: p.Protocol == packet.UDP, Bytes: len(p.Payload)})
	})
	return n, nil
}

// DialContext connects the client with a TCP port of the server. It is made for
// http.Transport.
func (n *Network) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if n.Link == nil {
		return n.simulated.dial(ctx, address)
	}
	return n.Link.Client.DialContext(ctx, network, address)
}

// Listen listens on a TCP port of the server.
func (n *Network) Listen(port int) (net.Listener, error) {
	if n.Link == nil {
		return n.simulated.listen(port)
	}
	return n.Link.Server.Listen("tcp4", net.JoinHostPort(Server, strconv.Itoa(port)))
}

// ClientUDP makes a UDP socket on the client's side.
func (n *Network) ClientUDP() (net.PacketConn, error) {
	if n.Link == nil {
		return n.simulated.socket(net.IPv4(10, 0, 0, 1), 0), nil
	}
	return n.Link.Client.ListenPacket("udp4", "client:0")
}

// ServerUDP makes a UDP socket on the server's side.
func (n *Network) ServerUDP(port int) (net.PacketConn, error) {
	if n.Link == nil {
		return n.simulated.socket(net.ParseIP(Server), port), nil
	}
	return n.Link.Server.ListenPacket("udp4", net.JoinHostPort(Server, strconv.Itoa(port)))
}

// BlockUDP loses every datagram to the server from now on, as some firewalls do, and tells
// nobody.
func (n *Network) BlockUDP() {
	if n.Link == nil {
		n.simulated.block()
		return
	}
	const enough = 100 // a handshake that nobody answers sends some fifteen
	for range enough {
		n.Link.ToServer.Drop(1, func(p lab.Packet) bool { return p.Protocol == packet.UDP })
	}
}

// Lose loses exactly one packet on its way to the client: the nth of those to come, counted from
// 1, that carry so many bytes or more. The channel tells when it falls.
func (n *Network) Lose(nth, bytes int) <-chan struct{} {
	fallen := make(chan struct{})
	lose := func(carries int) bool {
		if carries < bytes {
			return false
		}
		if nth--; nth == 0 {
			close(fallen)
		}
		return nth == 0
	}
	if n.Link == nil {
		n.simulated.mu.Lock()
		defer n.simulated.mu.Unlock()
		n.simulated.lose = lose
	} else {
		n.Link.ToClient.Drop(1, func(p lab.Packet) bool { return lose(len(p.Payload)) })
	}
	return fallen
}

// Tap lets somebody see every packet as it is sent. see must not use the network.
func (n *Network) Tap(see func(Packet)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.taps = append(n.taps, see)
}

func (n *Network) tell(p Packet) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, see := range n.taps {
		see(p)
	}
}

// Close takes the network away. Close connections and sockets first.
func (n *Network) Close() error {
	if n.Link == nil {
		return n.simulated.close()
	}
	return n.Link.Close()
}
