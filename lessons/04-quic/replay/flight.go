// Package replay is an enemy on the way who can read nothing, and sends again what a client has
// sent.
package replay

import (
	"net"
	"slices"
	"sync"

	"onthewire/lessons/04-quic/network"
)

// A Flight is what a client sends before it has heard from the server: all that a recording
// can say by itself. It is taken by network.Tap.
type Flight struct {
	mu        sync.Mutex
	datagrams [][]byte
	over      bool
}

// See takes a datagram of a handshake. Those that begin with a long header are (RFC 9000, section
// 17.2), and what is still on its way of an older connection has a short one.
func (f *Flight) See(d network.Datagram) {
	if len(d.Data) == 0 || d.Data[0]&0x80 == 0 {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.over = f.over || len(f.datagrams) > 0 && !d.ToServer
	if d.ToServer && !f.over {
		f.datagrams = append(f.datagrams, slices.Clone(d.Data))
	}
}

// Clear forgets what was taken, before the next client comes.
func (f *Flight) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.datagrams, f.over = nil, false
}

// Datagrams are those that were taken.
func (f *Flight) Datagrams() [][]byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.datagrams)
}

// Send sends them again from a socket of the enemy's own.
func (f *Flight) Send(from net.PacketConn, to net.Addr) error {
	for _, datagram := range f.Datagrams() {
		if _, err := from.WriteTo(datagram, to); err != nil {
			return err
		}
	}
	return nil
}
