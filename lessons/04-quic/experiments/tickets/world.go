// Package tickets has experiments with tickets, and with what a server knows of a client whose
// handshake is not over.
package tickets

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/04-quic/purse"
	"onthewire/lessons/internal/devcert"
)

const roundTrip = 50 * time.Millisecond

// A world is a network with an authority that everybody trusts, and a folder for tickets.
type world struct {
	*network.Network
	roots       *devcert.Authority
	certificate tls.Certificate
	folder      string
}

// inside plays on a network.
func inside(n *network.Network, play func(*world) error) (err error) {
	w := &world{Network: n}
	defer func() { err = errors.Join(err, n.Close()) }()
	if w.roots, err = devcert.New(); err != nil {
		return err
	}
	if w.certificate, err = w.roots.Certificate(); err != nil {
		return err
	}
	if w.folder, err = os.MkdirTemp("", "tickets"); err != nil {
		return err
	}
	defer os.RemoveAll(w.folder)
	return play(w)
}

// serve starts a server on a socket of its own, plays, and stops it.
func (w *world) serve(config *tls.Config, play func(net.Addr) error) error {
	socket, err := w.Server()
	if err != nil {
		return err
	}
	defer socket.Close()
	server := purse.Server{Purse: new(purse.Purse), MayBeEarly: purse.Idempotent}
	stop, err := server.Start(socket, config)
	if err != nil {
		return err
	}
	err = play(socket.LocalAddr())
	return errors.Join(err, stop())
}

// dial connects, and lets a client look at what it has.
func (w *world) dial(ctx context.Context, to net.Addr, tickets tls.ClientSessionCache, look func(*quic.Conn) error) error {
	socket, err := w.Client()
	if err != nil {
		return err
	}
	defer socket.Close()
	transport := &quic.Transport{Conn: socket}
	defer transport.Close()
	conn, err := transport.Dial(ctx, to, &tls.Config{
		RootCAs: w.roots.Pool(), ServerName: "localhost", NextProtos: []string{purse.Protocol}, ClientSessionCache: tickets,
	}, nil)
	if err != nil {
		return err
	}
	defer conn.CloseWithError(0, "")
	return look(conn)
}
