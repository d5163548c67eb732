package tickets

import (
	"context"
	"io"
	"net"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/04-quic/purse"
	"onthewire/lessons/04-quic/replay"
	"onthewire/lessons/internal/experiment"
)

// ListenEarly accepts clients before their handshake is over, and after.
var ListenEarly = experiment.Experiment{
	Name:      "listen-early",
	Subjects:  []string{"Listen", "ListenEarly", "0.5-RTT data"},
	About:     "A server that greets whom it accepts, 50 ms to and fro, without a ticket",
	Simulated: true,
	Do:        listenEarly,
}

type accepts struct {
	after    time.Duration // the client's first call
	greeted  time.Duration // the client, after its first call
	stranger bool          // one who cannot finish a handshake
}

// A listener is a *quic.Listener or a *quic.EarlyListener.
type listener interface {
	Accept(context.Context) (*quic.Conn, error)
	Close() error
}

func listenEarly(ctx context.Context, r *experiment.Report) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	var late, soon accepts
	for _, kind := range []struct {
		name   string
		listen func(*quic.Transport, *world) (listener, error)
		seen   *accepts
	}{
		{"Listen", func(t *quic.Transport, w *world) (listener, error) {
			return t.Listen(purse.ServerTLS(w.certificate), nil)
		}, &late},
		{"ListenEarly", func(t *quic.Transport, w *world) (listener, error) {
			return t.ListenEarly(purse.ServerTLS(w.certificate), nil)
		}, &soon},
	} {
		err := inside(network.Simulate(roundTrip/2), func(w *world) (err error) {
			*kind.seen, err = w.greet(ctx, func(t *quic.Transport) (listener, error) { return kind.listen(t, w) })
			return err
		})
		if err != nil {
			return err
		}
		r.Add(kind.name+": Accept returns after", kind.seen.after)
		r.Add("  the client has read the greeting after", kind.seen.greeted)
		r.Add("  a copy of its first packets is accepted", kind.seen.stranger)
	}
	r.Shown = soon.after < late.after && soon.greeted < late.greeted && soon.stranger && !late.stranger
	r.Says = "Early, a server speaks a round trip sooner, to somebody who may never have been there."
	return nil
}

// greet serves two clients, of whom one is real and the other a copy of its first flight.
func (w *world) greet(ctx context.Context, listen func(*quic.Transport) (listener, error)) (seen accepts, err error) {
	socket, err := w.Server()
	if err != nil {
		return seen, err
	}
	defer socket.Close()
	transport := &quic.Transport{Conn: socket}
	defer transport.Close()
	l, err := listen(transport)
	if err != nil {
		return seen, err
	}
	defer l.Close()
	accepted := make(chan time.Time, 2)
	go func() {
		for {
			conn, err := l.Accept(ctx)
			if err != nil {
				return
			}
			accepted <- time.Now()
			if stream, err := conn.OpenUniStream(); err == nil {
				io.WriteString(stream, "hello, wire\n")
				stream.Close()
			}
		}
	}()
	var flight replay.Flight
	w.Tap(flight.See)
	begun := time.Now()
	err = w.dial(ctx, socket.LocalAddr(), nil, func(conn *quic.Conn) error {
		stream, err := conn.AcceptUniStream(ctx)
		if err != nil {
			return err
		}
		_, err = io.ReadAll(stream)
		seen.greeted = time.Since(begun)
		return err
	})
	if err != nil {
		return seen, err
	}
	seen.after = (<-accepted).Sub(begun)
	seen.stranger, err = w.acceptsCopy(ctx, &flight, listen)
	return seen, err
}

// acceptsCopy sends the first flight to a second server, which has never seen it, and waits
// longer than a handshake would take.
func (w *world) acceptsCopy(ctx context.Context, flight *replay.Flight, listen func(*quic.Transport) (listener, error)) (bool, error) {
	var sockets [2]net.PacketConn
	for i, open := range []func() (net.PacketConn, error){w.Server, w.Client} {
		socket, err := open()
		if err != nil {
			return false, err
		}
		defer socket.Close()
		sockets[i] = socket
	}
	transport := &quic.Transport{Conn: sockets[0]}
	defer transport.Close()
	l, err := listen(transport)
	if err != nil {
		return false, err
	}
	defer l.Close()
	if err := flight.Send(sockets[1], sockets[0].LocalAddr()); err != nil {
		return false, err
	}
	waiting, cancel := context.WithTimeout(ctx, 4*roundTrip)
	defer cancel()
	conn, err := l.Accept(waiting)
	if err != nil {
		return false, ctx.Err()
	}
	return true, conn.CloseWithError(0, "")
}
