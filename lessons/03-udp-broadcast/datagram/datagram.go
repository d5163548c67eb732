// Package datagram receives one datagram at a time, with all that the kernel knows about it.
//
// Read it in this order: datagram.go (what one call returns), control_linux.go (what comes
// beside the bytes), control_other.go (what other systems tell).
package datagram

import (
	"net"
	"net/netip"
	"time"
)

// A Datagram is what one call has received. What the system does not tell is zero.
type Datagram struct {
	Data      []byte         // what the buffer had room for; valid until the next call
	Truncated bool           // there was more, which is gone
	From      netip.AddrPort // who sent it, or who says so
	To        netip.Addr     // its destination: an address of ours, a broadcast address, a group
	Interface int            // index of the interface by which it came
	TTL       int            // hops that were left; the hop limit of IPv6
	At        time.Time      // when the kernel took it in
	Dropped   uint32         // how many had found this socket's buffer full before it
}

// A Receiver is a socket, and the two buffers that each call fills.
type Receiver struct {
	conn    *net.UDPConn
	data    []byte
	control []byte
}

// NewReceiver asks the kernel for more than the bytes. A datagram of more than size bytes
// will be cut off there.
func NewReceiver(conn *net.UDPConn, size int) (*Receiver, error) {
	if err := askForControl(conn); err != nil {
		return nil, err
	}
	return &Receiver{conn, make([]byte, size), make([]byte, 256)}, nil
}

// Next waits for a datagram.
func (r *Receiver) Next() (d Datagram, err error) {
	n, controls, flags, from, err := r.conn.ReadMsgUDPAddrPort(r.data, r.control)
	if d.Truncated, err = truncated(flags, err); err != nil {
		return d, err
	}
	d.Data = r.data[:n]
	d.From = netip.AddrPortFrom(from.Addr().Unmap(), from.Port()) // no ::ffff: in front of IPv4
	return d, d.readControl(r.control[:controls])
}
