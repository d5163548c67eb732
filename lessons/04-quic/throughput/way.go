// Package throughput carries one download over one connection, by TCP and by QUIC, and asks
// how long that takes and what it costs.
//
// Read it in this order: way.go (the rivals), serve.go and fetch.go (the two ends of a
// download), loopback.go (how fast, and for how much CPU), lossy.go (how fast over a long way
// that loses packets).
package throughput

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"

	"onthewire/lessons/04-quic/gro"
)

// Protocol is what both sides name in the handshake (ALPN).
const Protocol = "download"

// A Way is a transport for a download.
type Way struct {
	Name  string
	TLS   bool
	QUIC  bool
	NoGSO bool // the sender hands each of its packets to the kernel alone
	GRO   bool // the receiver takes many from it at once
}

// Ways are those that are compared over loopback.
var Ways = []Way{
	{Name: "TCP"},
	{Name: "TCP+TLS", TLS: true},
	{Name: "QUIC", QUIC: true},
	{Name: "QUIC, no GSO", QUIC: true, NoGSO: true},
	{Name: "QUIC + GRO", QUIC: true, GRO: true},
}

// A Host makes sockets: this machine, or a *lab.Host.
type Host interface {
	Listen(network, address string) (net.Listener, error)
	ListenPacket(network, address string) (net.PacketConn, error)
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// socket makes the one for QUIC.
func (w Way) socket(host Host, address string) (net.PacketConn, error) {
	socket, err := host.ListenPacket("udp4", address)
	if udp, ok := socket.(*net.UDPConn); ok && w.GRO {
		return gro.Wrap(udp)
	}
	return socket, err
}

// A request is the number of bytes that are wanted, in eight bytes, big-endian.
const request = 8

// piece is how much is written and read at a time.
const piece = 1 << 16

// send answers one request.
func send(conn io.ReadWriter) error {
	var wanted [request]byte
	if _, err := io.ReadFull(conn, wanted[:]); err != nil {
		return fmt.Errorf("read a request: %w", err)
	}
	data := make([]byte, piece)
	for left := binary.BigEndian.Uint64(wanted[:]); left > 0; {
		n, err := conn.Write(data[:min(left, piece)])
		if err != nil {
			return fmt.Errorf("send a download: %w", err)
		}
		left -= uint64(n)
	}
	return nil
}

// receive makes a request, and reads so many bytes.
func receive(conn io.ReadWriter, bytes int64) error {
	var wanted [request]byte
	binary.BigEndian.PutUint64(wanted[:], uint64(bytes))
	if _, err := conn.Write(wanted[:]); err != nil {
		return fmt.Errorf("send a request: %w", err)
	}
	data := make([]byte, piece)
	for left := bytes; left > 0; {
		n, err := conn.Read(data[:min(left, piece)])
		if left -= int64(n); err != nil && left > 0 {
			return fmt.Errorf("a download lacks %d bytes: %w", left, err)
		}
	}
	return nil
}
