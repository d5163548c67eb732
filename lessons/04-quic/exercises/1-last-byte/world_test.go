package lastbyte

import (
	"context"
	"errors"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/echo"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/exercise"
)

// A world has a sender and a receiver who are connected.
type world struct {
	ctx                              context.Context
	cancel                           context.CancelFunc
	network                          *network.Network
	clientTransport, serverTransport *quic.Transport
	client, server                   *quic.Conn
	stream                           *quic.Stream // opened by the client
}

// meet connects them, inside a bubble.
func meet() (*world, error) {
	authority, err := devcert.New()
	if err != nil {
		return nil, err
	}
	certificate, err := authority.Certificate()
	if err != nil {
		return nil, err
	}
	w := &world{network: network.Simulate(25 * time.Millisecond)}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	there, err := w.network.Server()
	if err != nil {
		return nil, err
	}
	here, err := w.network.Client()
	if err != nil {
		return nil, err
	}
	w.serverTransport, w.clientTransport = &quic.Transport{Conn: there}, &quic.Transport{Conn: here}
	listener, err := w.serverTransport.Listen(echo.ServerTLS(certificate), nil)
	if err != nil {
		return nil, err
	}
	w.client, err = w.clientTransport.Dial(w.ctx, there.LocalAddr(), echo.ClientTLS(authority.Pool(), "localhost"), nil)
	if err == nil {
		w.server, err = listener.Accept(w.ctx)
	}
	if err == nil {
		w.stream, err = w.client.OpenStreamSync(w.ctx)
	}
	if err != nil {
		w.end()
		return nil, err
	}
	time.Sleep(time.Second) // virtual: what belongs to the handshake has come
	return w, nil
}

// leave takes a program away, and nobody is told.
func leave(t *quic.Transport) {
	t.Close()
	t.Conn.Close()
}

// end ends all that waits.
func (w *world) end() {
	w.cancel()
	leave(w.clientTransport)
	leave(w.serverTransport)
	w.network.Close()
}

// An outcome is what one of the two functions has returned.
type outcome struct {
	letter   []byte
	err      error
	panicked error
}

// sends calls send, and ends its program once it has returned.
func (w *world) sends(letter []byte) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		o.panicked = exercise.Catch(func() error {
			o.err = send(w.client, w.stream, letter)
			return nil
		})
		leave(w.clientTransport)
		done <- o
	}()
	return done
}

// receives calls receive some time after the first byte has come.
func (w *world) receives(late time.Duration) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		stream, err := w.server.AcceptStream(w.ctx)
		time.Sleep(late)
		if err != nil {
			o.err = errors.New("the connection was closed before a byte had come")
		} else {
			o.panicked = exercise.Catch(func() error {
				o.letter, o.err = receive(w.server, stream)
				return nil
			})
		}
		done <- o
	}()
	return done
}

// within waits for an outcome. What does not come in this time never comes.
func within(done <-chan outcome, limit time.Duration) (o outcome, returned bool, panicked error) {
	select {
	case o = <-done:
		return o, true, o.panicked
	case <-time.After(limit):
		return o, false, nil
	}
}
