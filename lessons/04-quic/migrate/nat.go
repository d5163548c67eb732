package migrate

import (
	"errors"
	"fmt"
	"net"
	"sync"
)

// A NAT stands between a client and a server, as a router at home does: what the client says
// goes on from a port of the NAT's, which is all that the server sees of the client.
type NAT struct {
	inside net.PacketConn // where the client sends
	server net.Addr
	open   func() (net.PacketConn, error) // a port to the outside

	mu      sync.Mutex
	client  net.Addr
	ports   []net.PacketConn // the last one is the mapping
	forgot  bool
	missed  int
	readers sync.WaitGroup
}

// NewNAT makes a NAT. It takes inside over, which Run reads and Close closes.
func NewNAT(inside net.PacketConn, server net.Addr, open func() (net.PacketConn, error)) *NAT {
	return &NAT{inside: inside, server: server, open: open}
}

// Run carries what the client says, until Close.
func (n *NAT) Run() error {
	defer n.readers.Wait()
	data := make([]byte, 2000)
	for {
		size, from, err := n.inside.ReadFrom(data)
		if errors.Is(err, net.ErrClosed) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read from the client: %w", err)
		}
		port, err := n.mapping(from)
		if err != nil {
			return fmt.Errorf("open a port: %w", err)
		}
		port.WriteTo(data[:size], n.server) // what it does not take is lost, as on any way
	}
}

// mapping is the port for what the client says. It is the client that makes a new one: only
// from inside can a mapping begin.
func (n *NAT) mapping(client net.Addr) (net.PacketConn, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.client = client
	if len(n.ports) > 0 && !n.forgot {
		return n.ports[len(n.ports)-1], nil
	}
	port, err := n.open()
	if err != nil {
		return nil, err
	}
	n.ports, n.forgot = append(n.ports, port), false
	n.readers.Go(func() { n.answers(port) })
	return port, nil
}

// answers carries what comes to one port, as long as that is the mapping.
func (n *NAT) answers(port net.PacketConn) {
	data := make([]byte, 2000)
	for {
		size, _, err := port.ReadFrom(data)
		if err != nil {
			return
		}
		if client, known := n.knows(port); known {
			n.inside.WriteTo(data[:size], client)
		}
	}
}

func (n *NAT) knows(port net.PacketConn) (net.Addr, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.forgot || port != n.ports[len(n.ports)-1] {
		n.missed++
		return nil, false
	}
	return n.client, true
}

// Forget drops the mapping, as a router does that was restarted, or has heard nothing for too
// long.
func (n *NAT) Forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.forgot = true
}

// Missed is how many of the server's datagrams came to a port that was forgotten.
func (n *NAT) Missed() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.missed
}

// Close closes all sockets, which ends Run.
func (n *NAT) Close() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	err := n.inside.Close()
	for _, port := range n.ports {
		err = errors.Join(err, port.Close())
	}
	return err
}
