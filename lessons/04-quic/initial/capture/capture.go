// Package capture makes a handshake and keeps its datagrams.
package capture

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/echo"
	"onthewire/lessons/04-quic/initial"
	"onthewire/lessons/internal/devcert"
)

// oneWay is how long a datagram takes at least. On bare loopback a probe timeout is so short
// that a busy machine sends its Initials several times before the server has answered once.
const oneWay = 10 * time.Millisecond

// A Datagram is what one side has sent to the other.
type Datagram struct {
	From initial.Side
	Data []byte
}

// Loopback makes a handshake by UDP on this machine.
func Loopback(ctx context.Context) ([]Datagram, error) {
	var sockets [2]net.PacketConn
	for i := range sockets {
		socket, err := new(net.ListenConfig).ListenPacket(ctx, "udp4", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer socket.Close()
		sockets[i] = socket
	}
	return Between(ctx, sockets[0], sockets[1])
}

// Between makes a handshake between two sockets, says "hello, wire\n" and hears the answer.
// It returns the datagrams until then, in the order in which they were sent.
func Between(ctx context.Context, from, to net.PacketConn) ([]Datagram, error) {
	var seen recording
	client := &quic.Transport{Conn: tap{from, initial.Client, &seen}}
	server := &quic.Transport{Conn: tap{to, initial.Server, &seen}}
	defer client.Close()
	defer server.Close()
	authority, err := devcert.New()
	if err != nil {
		return nil, err
	}
	certificate, err := authority.Certificate()
	if err != nil {
		return nil, err
	}
	listener, err := server.Listen(echo.ServerTLS(certificate), echo.Config())
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- echo.Serve(ctx, listener) }()
	defer func() { <-served }()
	defer cancel()
	conn, err := client.Dial(ctx, to.LocalAddr(), echo.ClientTLS(authority.Pool(), "localhost"), nil)
	if err != nil {
		return nil, fmt.Errorf("a handshake with %v: %w", to.LocalAddr(), err)
	}
	defer conn.CloseWithError(0, "")
	if _, err := echo.Say(ctx, conn, []byte("hello, wire\n")); err != nil {
		return nil, err
	}
	return seen.soFar(), nil
}

// A recording is what passed through the taps of two sockets.
type recording struct {
	mu        sync.Mutex
	datagrams []Datagram
}

func (r *recording) soFar() []Datagram {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.datagrams)
}

// A tap is a socket that keeps what is sent by it. Since it is no *net.UDPConn any more,
// quic-go sends each datagram by one WriteTo, and not many by one call (GSO).
type tap struct {
	net.PacketConn
	side initial.Side
	seen *recording
}

func (t tap) WriteTo(data []byte, to net.Addr) (int, error) {
	t.seen.mu.Lock()
	t.seen.datagrams = append(t.seen.datagrams, Datagram{t.side, bytes.Clone(data)})
	t.seen.mu.Unlock()
	time.Sleep(oneWay)
	return t.PacketConn.WriteTo(data, to)
}

// quic-go asks for larger buffers, and complains where it cannot. A handshake needs none.
func (t tap) SetReadBuffer(int) error  { return nil }
func (t tap) SetWriteBuffer(int) error { return nil }
