package local

import (
	"context"
	"io"
	"net"
	"net/http"

	"onthewire/lessons/05-http/everywhere"
	"onthewire/lessons/internal/devcert"
)

// A Memory is that server on connections in memory, which hold not a byte: what one side
// writes waits until the other reads it. It speaks in the clear.
type Memory struct {
	HTTP *http.Server

	clients chan net.Conn
	closed  context.Context
	close   context.CancelFunc
}

// StartMemory lets it serve. Close ends it.
func StartMemory(handler http.Handler) (*Memory, error) {
	authority, err := devcert.New()
	if err != nil {
		return nil, err
	}
	certificate, err := authority.Certificate()
	if err != nil {
		return nil, err
	}
	m := &Memory{HTTP: everywhere.New(handler, certificate).TCP, clients: make(chan net.Conn)}
	m.closed, m.close = context.WithCancel(context.Background())
	m.HTTP.ErrorLog = like(m.HTTP.ErrorLog)
	m.HTTP.ErrorLog.SetOutput(io.Discard) // it would tell standard error of every client that it throws out
	go m.HTTP.Serve(listener{m})          // it ends with Close, and says so
	return m, nil
}

// like makes one more of what somebody has: code below a lesson's root imports no log.
func like[T any](*T) *T { return new(T) }

// Connect is what a client dials.
func (m *Memory) Connect(ctx context.Context) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case m.clients <- there:
		return here, nil
	case <-m.closed.Done():
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Close cuts everybody off.
func (m *Memory) Close() error {
	m.close()
	return m.HTTP.Close()
}

type listener struct{ *Memory }

func (l listener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.clients:
		return conn, nil
	case <-l.closed.Done():
		return nil, net.ErrClosed
	}
}

func (l listener) Close() error   { l.close(); return nil }
func (l listener) Addr() net.Addr { return &net.TCPAddr{} }
