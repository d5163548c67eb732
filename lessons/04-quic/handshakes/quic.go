package handshakes

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/echo"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/twelve"
)

// quic is one conversation over QUIC, with a server that has only now begun to listen.
func (p *pair) quic(ctx context.Context, n *network.Network, returns bool, t *trips) (taken Taken, err error) {
	there, err := n.Server()
	if err != nil {
		return Taken{}, err
	}
	defer there.Close()
	server := &quic.Transport{
		Conn:                there,
		TokenGeneratorKey:   &p.tokenKey,
		VerifySourceAddress: func(net.Addr) bool { return p.retry }, // asked where no token has proven it
	}
	defer server.Close()
	listener, err := server.ListenEarly(p.serverTLS, p.serverQUIC)
	if err != nil {
		return Taken{}, err
	}
	serving, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- echo.Serve(serving, listener) }()
	defer func() { stop(); err = errors.Join(err, <-served) }()

	here, err := n.Client()
	if err != nil {
		return Taken{}, err
	}
	defer here.Close()
	client := &quic.Transport{Conn: here}
	defer client.Close()
	begun := time.Now()
	dial := client.Dial
	if p.early && returns {
		dial = client.DialEarly
	}
	conn, err := dial(ctx, there.LocalAddr(), p.clientTLS, p.clientQUIC)
	if err != nil {
		return Taken{}, fmt.Errorf("QUIC handshake: %w", err)
	}
	defer conn.CloseWithError(0, "")
	taken.Request = time.Since(begun)
	if _, err := echo.Say(ctx, conn, []byte(twelve.Bytes)); err != nil {
		return Taken{}, err
	}
	taken.Answer, taken.RoundTrips = time.Since(begun), t.count()

	select {
	case <-conn.HandshakeComplete(): // only now is Used0RTT right
	case <-ctx.Done():
		return Taken{}, ctx.Err()
	}
	state := conn.ConnectionState()
	if resumed, early := p.resumed && returns, p.early && returns; state.TLS.DidResume != resumed || state.Used0RTT != early {
		return Taken{}, fmt.Errorf("resumed: %t, 0-RTT: %t, want %t, %t", state.TLS.DidResume, state.Used0RTT, resumed, early)
	}
	return taken, p.kept(ctx)
}
