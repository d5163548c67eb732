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

	"onthewire/lessons/04-quic/early"
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
func (w *world) serve(server *purse.Server, config *tls.Config, play func(net.Addr) error) error {
	socket, err := w.Server()
	if err != nil {
		return err
	}
	defer socket.Close()
	stop, err := server.Start(socket, config)
	if err != nil {
		return err
	}
	err = play(socket.LocalAddr())
	return errors.Join(err, stop())
}

// careful is a server that does nothing early that may not be done twice.
func careful() *purse.Server {
	return &purse.Server{Purse: new(purse.Purse), MayBeEarly: purse.Idempotent}
}

// visit asks once, as a new process does: all that it has from before is in a file.
func (w *world) visit(ctx context.Context, at net.Addr, request string) (v purse.Visit, err error) {
	tickets, err := early.OpenTickets(w.folder, "purse.example:5000") // wherever it is today
	if err != nil {
		return v, err
	}
	socket, err := w.Client()
	if err != nil {
		return v, err
	}
	defer socket.Close()
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return purse.Client{Roots: w.roots.Pool(), Name: "localhost", Tickets: tickets}.Visit(ctx, socket, at, request)
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
