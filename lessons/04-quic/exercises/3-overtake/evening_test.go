package overtake

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/exercise"
)

const (
	oneWay    = 25 * time.Millisecond
	roundTrip = 2 * oneWay
	allowed   = 100 // streams at a time
)

// An evening is a room with one guest, on a simulated network.
type evening struct {
	network  *network.Network
	messages chan message
	opened   []func() // to be undone, the last first
	begun    time.Time

	mu     sync.Mutex
	heard  []hearing
	change chan struct{} // closed with the next one
	held   chan struct{} // closed when files may be read
	failed error         // in the room
}

// A hearing is a message that the guest has whole.
type hearing struct {
	message
	after time.Duration
}

// inABubble plays a scene in virtual time.
func inABubble(t *testing.T, scene func(*evening) error) (err error) {
	synctest.Test(t, func(*testing.T) {
		e := &evening{messages: make(chan message, 1000), change: make(chan struct{}), held: make(chan struct{})}
		close(e.held)
		defer e.end()
		if err = e.open(); err != nil {
			return
		}
		e.begun = time.Now()
		err = exercise.Catch(func() error { return scene(e) })
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.failed != nil {
			err = e.failed // which is why nothing is heard
		}
	})
	return err
}

// say lets the room pass messages on, one after another.
func (e *evening) say(messages ...message) {
	for _, m := range messages {
		e.messages <- m
	}
}

// hears waits for a message, and tells when it came.
func (e *evening) hears(text string, limit time.Duration) (time.Duration, error) {
	late := time.After(limit)
	for {
		e.mu.Lock()
		change, failed := e.change, e.failed
		for _, h := range e.heard {
			if h.Text == text {
				e.mu.Unlock()
				return h.after, nil
			}
		}
		e.mu.Unlock()
		if failed != nil {
			return 0, failed
		}
		select {
		case <-change:
		case <-late:
			if len(text) > 20 {
				return 0, fmt.Errorf("a file of %d bytes does not arrive", len(text))
			}
			return 0, fmt.Errorf("%q is said, and the guest does not hear it", text)
		}
	}
}

func (e *evening) linesHeard() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var lines []string
	for _, h := range e.heard {
		if h.Kind == line {
			lines = append(lines, h.Text)
		}
	}
	return strings.Join(lines, " ")
}

func (e *evening) filesHeard() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.heard)
}

// hold lets the guest read the first byte of each file only. So its stream stays taken, even if
// all of it has come.
func (e *evening) hold() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.held = make(chan struct{})
}

func (e *evening) release() {
	e.mu.Lock()
	defer e.mu.Unlock()
	close(e.held)
}

// open brings the guest in, and lets the room pass on what is said.
func (e *evening) open() error {
	authority, err := devcert.New()
	if err != nil {
		return err
	}
	certificate, err := authority.Certificate()
	if err != nil {
		return err
	}
	e.network = network.Simulate(oneWay)
	e.opened = append(e.opened, func() { e.network.Close() })
	server, err := e.transport(e.network.Server)
	if err != nil {
		return err
	}
	client, err := e.transport(e.network.Client)
	if err != nil {
		return err
	}
	listener, err := server.Listen(&tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"chat"}},
		&quic.Config{EnableDatagrams: true})
	if err != nil {
		return err
	}
	trust := &tls.Config{RootCAs: authority.Pool(), ServerName: "localhost", NextProtos: []string{"chat"}}
	conn, err := client.Dial(context.Background(), server.Conn.LocalAddr(), trust,
		&quic.Config{EnableDatagrams: true, MaxIncomingUniStreams: allowed})
	if err != nil {
		return err
	}
	at, err := listener.Accept(context.Background())
	if err != nil {
		return err
	}
	e.opened = append(e.opened, func() { at.CloseWithError(0, "") }, func() { conn.CloseWithError(0, "") })
	go e.listen(conn)
	go e.receive(conn)
	go func() {
		err := exercise.Catch(func() error { return (&guest{conn: at, lines: nil}).pass(e.messages) })
		e.mu.Lock()
		defer e.mu.Unlock()
		if err != nil && at.Context().Err() == nil {
			e.failed = fmt.Errorf("send fails: %w", err)
			if _, full := errors.AsType[*quic.StreamLimitReachedError](err); full {
				e.failed = fmt.Errorf("send opens a stream, and files have all %d that the guest allows: %w", allowed, err)
			}
			close(e.change)
			e.change = make(chan struct{})
		}
	}()
	return nil
}

func (e *evening) transport(open func() (net.PacketConn, error)) (*quic.Transport, error) {
	socket, err := open()
	if err != nil {
		return nil, err
	}
	transport := &quic.Transport{Conn: socket}
	e.opened = append(e.opened, func() { socket.Close() }, func() { transport.Close() })
	return transport, nil
}

// receive hears datagrams.
func (e *evening) receive(conn *quic.Conn) {
	for {
		data, err := conn.ReceiveDatagram(context.Background())
		if err != nil {
			return
		}
		if m, err := decode(bytes.NewReader(data)); err == nil {
			e.hear(m)
		}
	}
}

// listen hears every stream.
func (e *evening) listen(conn *quic.Conn) {
	for {
		stream, err := conn.AcceptUniStream(context.Background())
		if err != nil {
			return
		}
		go e.follow(stream)
	}
}

func (e *evening) follow(stream *quic.ReceiveStream) {
	for {
		first := make([]byte, 1)
		if _, err := io.ReadFull(stream, first); err != nil {
			return
		}
		if kind(first[0]) == file {
			e.mu.Lock()
			held := e.held
			e.mu.Unlock()
			<-held
		}
		m, err := decode(io.MultiReader(bytes.NewReader(first), stream))
		if err != nil {
			return
		}
		e.hear(m)
	}
}

func (e *evening) hear(m message) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard = append(e.heard, hearing{m, time.Since(e.begun)})
	close(e.change)
	e.change = make(chan struct{})
}

func (e *evening) end() {
	close(e.messages)
	for i := len(e.opened) - 1; i >= 0; i-- {
		e.opened[i]()
	}
}
