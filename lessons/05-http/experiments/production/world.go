// Package production has experiments with what a server needs beside its handlers: timeouts, an
// end, and an answer to what comes early.
package production

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"

	"onthewire/lessons/05-http/everywhere"
	"onthewire/lessons/05-http/pipe"
	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/network"
)

// A world is a network in memory with an authority that everybody trusts.
type world struct {
	*network.Network
	certificate tls.Certificate
	trust       *tls.Config
}

// inside plays on a network with so much delay each way.
func inside(oneWay time.Duration, play func(*world) error) (err error) {
	authority, err := devcert.New()
	if err != nil {
		return err
	}
	certificate, err := authority.Certificate()
	if err != nil {
		return err
	}
	w := &world{Network: network.Simulate(oneWay), certificate: certificate,
		trust: &tls.Config{RootCAs: authority.Pool(), ServerName: "localhost"}}
	defer func() { err = errors.Join(err, w.Close()) }()
	return play(w)
}

// serve serves by every protocol until play returns, or calls stop before. What stop returns tells
// how the server has ended.
func (w *world) serve(handler http.Handler, play func(stop func() error) error) error {
	secured, err := w.Listen(443)
	if err != nil {
		return err
	}
	clear, err := w.Listen(80)
	if err != nil {
		return err
	}
	udp, err := w.ServerUDP(443)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- everywhere.New(handler, w.certificate).Serve(ctx, everywhere.Listeners{TLS: secured, QUIC: udp, Clear: clear})
	}()
	stop := func() error {
		cancel()
		err := <-ended
		ended <- err
		return err
	}
	err = play(stop)
	stop()
	return err
}

// overTCP is a client that speaks one version, to where the handshake comes first.
func (w *world) overTCP(set func(*http.Protocols, bool)) *http.Transport {
	var only http.Protocols
	set(&only, true)
	return &http.Transport{Protocols: &only, TLSClientConfig: w.trust.Clone(), DialContext: w.DialContext}
}

// overUDP is a client that speaks HTTP/3. close ends its connections and takes its socket away.
func (w *world) overUDP(tickets tls.ClientSessionCache) (client *http3.Transport, close func(), err error) {
	socket, err := w.ClientUDP()
	if err != nil {
		return nil, nil, err
	}
	by := &quic.Transport{Conn: socket}
	config := w.trust.Clone()
	config.ClientSessionCache = tickets
	client = &http3.Transport{TLSClientConfig: config, Dial: func(ctx context.Context, address string, config *tls.Config, settings *quic.Config) (*quic.Conn, error) {
		to, err := net.ResolveUDPAddr("udp4", address)
		if err != nil {
			return nil, err
		}
		return by.DialEarly(ctx, to, config, settings)
	}}
	return client, func() {
		client.Close()
		by.Close()
		socket.Close()
	}, nil
}

// alone serves by HTTP/1.1 with a server of net/http's until play returns.
func alone(server *http.Server, play func(*http.Client) error) error {
	listener := pipe.Listen()
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	transport := &http.Transport{DialContext: listener.DialContext}
	err := play(&http.Client{Transport: transport})
	transport.CloseIdleConnections()
	server.Close()
	<-ended
	return err
}
