// Package address has experiments with a client whose address nobody has proven yet.
package address

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/echo"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/devcert"
)

// A scenario is a client that sends its first flight and then never says a word. To the
// server, somebody who forges the address of a victim looks the same.
type scenario struct {
	long      bool // the server's certificate is 5 KB long
	retry     bool // the server demands proof of the address first
	datagrams int  // datagrams in that flight: two, or one without X25519MLKEM768

	mu         sync.Mutex
	over       bool
	fromClient int // bytes of UDP that the server got
	fromServer int // and sent
	answers    int // in so many datagrams
	handshakes int // of TLS that it began
}

func (s *scenario) see(d network.Datagram) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return // what the server says as it closes
	}
	if d.ToServer {
		s.fromClient += len(d.Data)
		return
	}
	s.fromServer += len(d.Data)
	s.answers++
}

// limited tells whether the server stopped as it should (RFC 9000, section 8.1). quic-go asks
// before each datagram whether it has sent three times as much as it got, and then sends a
// whole one (its pull request 2862), so it may pass that line once.
func (s *scenario) limited() bool {
	const datagram = 1280 // that quic-go begins with
	return s.fromServer < 3*s.fromClient+datagram
}

func (s *scenario) String() string {
	return fmt.Sprintf("%d bytes, %d datagrams, %.1f ×", s.fromServer, s.answers, float64(s.fromServer)/float64(s.fromClient))
}

// play watches for so long what the server sends.
func (s *scenario) play(ctx context.Context, watch time.Duration) (err error) {
	authority, err := devcert.New()
	if err != nil {
		return err
	}
	certificate, err := authority.Certificate(s.names()...)
	if err != nil {
		return err
	}
	n := network.Simulate(time.Millisecond)
	defer func() { err = errors.Join(err, n.Close()) }()
	n.Tap(s.see)
	there, err := n.Server()
	if err != nil {
		return err
	}
	defer there.Close()
	server := &quic.Transport{Conn: there, VerifySourceAddress: func(net.Addr) bool { return s.retry }}
	defer server.Close()
	serverTLS := echo.ServerTLS(certificate)
	serverTLS.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.handshakes++
		return nil, nil // nil: as configured
	}
	listener, err := server.Listen(serverTLS, echo.Config())
	if err != nil {
		return err
	}
	defer listener.Close()

	here, err := n.Client()
	if err != nil {
		return err
	}
	defer here.Close()
	client := &quic.Transport{Conn: &silent{PacketConn: here, may: s.datagrams}}
	defer client.Close()
	clientTLS := echo.ClientTLS(authority.Pool(), "localhost")
	if s.datagrams == 1 {
		clientTLS.CurvePreferences = []tls.CurveID{tls.X25519}
	}
	watching, stop := context.WithTimeout(ctx, watch)
	defer stop()
	conn, err := client.Dial(watching, there.LocalAddr(), clientTLS, &quic.Config{HandshakeIdleTimeout: 2 * watch})
	s.mu.Lock()
	s.over = true
	s.mu.Unlock()
	if err == nil {
		conn.CloseWithError(0, "")
		return errors.New("a client that hears nothing has connected")
	}
	if watching.Err() == nil {
		return err // it has failed for a reason of its own
	}
	return ctx.Err()
}

func (s *scenario) names() []string {
	names := []string{"localhost"}
	for i := range 160 {
		if s.long {
			names = append(names, fmt.Sprintf("customer-%03d.on-the-wire.test", i))
		}
	}
	return names
}

// silent is a socket that sends so many datagrams, swallows all others, and hears nothing.
type silent struct {
	net.PacketConn
	may int // send, by one goroutine
}

func (s *silent) WriteTo(b []byte, to net.Addr) (int, error) {
	if s.may--; s.may < 0 {
		return len(b), nil
	}
	return s.PacketConn.WriteTo(b, to)
}

func (s *silent) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		if _, _, err := s.PacketConn.ReadFrom(b); err != nil {
			return 0, nil, err
		}
	}
}
