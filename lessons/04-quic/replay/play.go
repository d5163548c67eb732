package replay

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net"
	"os"
	"time"

	"onthewire/lessons/04-quic/early"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/04-quic/purse"
	"onthewire/lessons/internal/devcert"
)

// A Server takes early data in some way.
type Server struct {
	About      string
	MayBeEarly func(request string) bool
	SingleUse  bool // of tickets
}

// Servers are one that minds nothing, and two that each mind one thing.
var Servers = []Server{
	{"A server that does whatever comes early", func(string) bool { return true }, false},
	{"Another one lets a ticket bring early data once", func(string) bool { return true }, true},
	{"A third refuses what may not be done twice", purse.Idempotent, false},
}

// An Act is something that was sent, and what is in the purse a moment later.
type Act struct {
	Copy      bool          // sent by a thief, else by the client itself
	After     time.Duration // the client's close
	Datagrams int           // of the first flight
	Outcome   early.Outcome // of the client's request
	Took      time.Duration // from the client's first call to its answer
	Left      string
}

// Forgotten is longer than a server of ours remembers a connection that was closed: three probe
// timeouts (RFC 9000, section 10.2), which at 20 ms to and fro are some 200 ms.
const Forgotten = 500 * time.Millisecond

// Play lets a client, who has been here before, pay early. A thief sends a copy of its first
// flight when it has closed, and once more when that is forgotten.
func Play(ctx context.Context, n *network.Network, server Server) iter.Seq2[Act, error] {
	return func(yield func(Act, error) bool) {
		s, err := open(n, server)
		if err != nil {
			yield(Act{}, err)
			return
		}
		defer s.close()
		for _, act := range []func(context.Context) (Act, error){s.pays, s.atOnce, s.later} {
			act, err := act(ctx)
			act.Datagrams = len(s.flight.Datagrams())
			if !yield(act, err) || err != nil {
				return
			}
		}
	}
}

// A scene is a purse with its server, a client, and a thief with what was taken.
type scene struct {
	network *network.Network
	thief   net.PacketConn
	flight  Flight
	client  purse.Client
	folder  string // of tickets
	purse   purse.Purse
	addr    net.Addr
	opened  []func() error // to be undone, the last first
}

func open(n *network.Network, server Server) (s *scene, err error) {
	s = &scene{network: n}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if s.folder, err = os.MkdirTemp("", "tickets"); err != nil {
		return nil, err
	}
	s.opened = append(s.opened, func() error { return os.RemoveAll(s.folder) })
	authority, err := devcert.New()
	if err != nil {
		return nil, err
	}
	if s.thief, err = n.Client(); err != nil {
		return nil, err
	}
	s.opened = append(s.opened, s.thief.Close)
	if err := s.serve(authority, server); err != nil {
		return nil, err
	}
	tickets, err := early.OpenTickets(s.folder, s.addr.String())
	if err != nil {
		return nil, err
	}
	s.client = purse.Client{Roots: authority.Pool(), Name: "localhost", Tickets: tickets}
	n.Tap(s.flight.See)
	return s, nil
}

func (s *scene) serve(authority *devcert.Authority, server Server) error {
	certificate, err := authority.Certificate()
	if err != nil {
		return err
	}
	config := purse.ServerTLS(certificate)
	if server.SingleUse {
		early.SingleUse(config, time.Hour, 10_000)
	}
	socket, err := s.network.Server()
	if err != nil {
		return err
	}
	s.addr = socket.LocalAddr()
	s.opened = append(s.opened, socket.Close)
	stop, err := (&purse.Server{Purse: &s.purse, MayBeEarly: server.MayBeEarly}).Start(socket, config)
	if err != nil {
		return err
	}
	s.opened = append(s.opened, stop)
	return nil
}

func (s *scene) close() {
	for len(s.opened) > 0 {
		last := len(s.opened) - 1
		s.opened[last]()
		s.opened = s.opened[:last]
	}
}

func (s *scene) pays(ctx context.Context) (Act, error) {
	if _, err := s.visit(ctx, s.client, "get"); err != nil { // for the ticket
		return Act{}, err
	}
	s.flight.Clear()
	v, err := s.visit(ctx, s.client, "pay 10")
	return Act{Outcome: v.Outcome, Took: v.Took, Left: s.purse.Do("get")}, err
}

func (s *scene) visit(ctx context.Context, client purse.Client, request string) (v purse.Visit, err error) {
	socket, err := s.network.Client()
	if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, socket.Close()) }()
	return client.Visit(ctx, socket, s.addr, request)
}

func (s *scene) atOnce(ctx context.Context) (Act, error) { return s.copied(ctx, 0) }

func (s *scene) later(ctx context.Context) (Act, error) { return s.copied(ctx, Forgotten) }

// copied sends the first flight again after a while. Then somebody comes who was never here,
// and asks what is left: their handshake takes long enough for the copy to have been done.
func (s *scene) copied(ctx context.Context, after time.Duration) (Act, error) {
	act := Act{Copy: true, After: after}
	if err := pass(ctx, after); err != nil {
		return act, err
	}
	if err := s.flight.Send(s.thief, s.addr); err != nil {
		return act, err
	}
	tickets, err := early.OpenTickets(s.folder, fmt.Sprint("a newcomer, ", after))
	if err != nil {
		return act, err
	}
	newcomer := s.client
	newcomer.Tickets = tickets
	v, err := s.visit(ctx, newcomer, "get")
	act.Left = v.Answer
	return act, err
}

// pass lets so much time pass.
func pass(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
